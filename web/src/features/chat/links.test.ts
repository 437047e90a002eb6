import { expect, it } from "vitest";
import { splitLinks } from "./links";

const links = (text: string) =>
  splitLinks(text).flatMap(({ href }) => (href === null ? [] : [href]));

it("finds addresses, without the punctuation around them", () => {
  expect(links("See https://a.example/x?y=1, or (http://b.example).")).toEqual([
    "https://a.example/x?y=1",
    "http://b.example",
  ]);
});

it.each(["javascript:alert(1)", "data:text/html,x", "ftp://a.example", "www.a.example"])(
  "leaves %s as text",
  (text) => {
    expect(links(text)).toEqual([]);
  },
);

it("loses no character", () => {
  const text = "<b>a</b> https://a.example/é?q=ü. https://b.example";

  expect(
    splitLinks(text)
      .map((part) => part.text)
      .join(""),
  ).toBe(text);
});
