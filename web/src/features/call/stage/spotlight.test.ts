import { expect, it } from "vitest";
import { follow, NOBODY, type Spotlight } from "./spotlight";

/** Who is shown after each step of 300 ms; a step names who is heard, by their first letters. */
function shown(steps: string): string {
  let light: Spotlight = NOBODY;
  let now = 0;
  return steps
    .split(" ")
    .map((heard) => {
      now += 300;
      light = follow(light, new Set(heard === "-" ? [] : heard), now);
      return light.peerId ?? "-";
    })
    .join(" ");
}

it.each([
  ["nobody until somebody speaks", "- - a", "- - a"],
  ["the last one through a silence", "a - - - -", "a a a a a"],
  ["no one who only says yes", "a a a a a a a a a a b - a b a", "a a a a a a a a a a a a a a a"],
  [
    "the next one once they have said a sentence",
    "a a a a a a a a b b b b b b",
    "a a a a a a a a a a a a b b",
  ],
  ["each for a while at least", "a b b b b b b b b b b", "a a a a a a a a a b b"],
])("shows %s", (_, steps, expected) => {
  expect(shown(steps)).toBe(expected);
});

it("stays with who speaks while another does, too, but not for ever", () => {
  const both = Array(25).fill("ab").join(" ");

  const seen = shown(`a ${both}`).split(" ");

  expect(seen.indexOf("b")).toBeGreaterThan(15);
});
