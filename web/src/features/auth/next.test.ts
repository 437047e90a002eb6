import { expect, it } from "vitest";
import { loginPath, safeNext } from "./next";

it("comes back to where the person wanted to go", () => {
  const next = new URLSearchParams(loginPath("/room/r1?a=b").split("?")[1]).get("next");

  expect(safeNext(next)).toBe("/room/r1?a=b");
});

it.each(["/messages/r1", "/room/r1?to=//a#b", "/room/%5C%09"])("goes to %s", (next) => {
  expect(safeNext(next)).toBe(next);
});

it.each([
  null,
  "",
  "home",
  "https://evil.example",
  "javascript:alert(1)",
  "//evil.example",
  "///evil.example",
  "/\\evil.example",
  "/home\\..",
  "/\t/evil.example",
  "/\n/evil.example",
  "/\r\\evil.example",
  "\u0000/evil.example",
  "/home\u007f",
  " //evil.example",
  "/.//evil.example",
  "/home/..//evil.example",
  "@evil.example",
  ".evil.example",
])("goes home instead of to %j", (next) => {
  expect(safeNext(next)).toBe("/home");
});
