import { expect, it } from "vitest";
import { loginPath, safeNext } from "./next";

it("comes back to where the person wanted to go", () => {
  const next = new URLSearchParams(loginPath("/room/r1?a=b").split("?")[1]).get("next");

  expect(safeNext(next)).toBe("/room/r1?a=b");
});

it.each([null, "", "https://evil.example", "//evil.example", "/\\evil.example"])(
  "goes home instead of to %j",
  (next) => {
    expect(safeNext(next)).toBe("/home");
  },
);
