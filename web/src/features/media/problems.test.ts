import { expect, it } from "vitest";
import { mediaProblem } from "./problems";

const thrown = (name: string) => Object.assign(new Error("x"), { name });

it.each([
  ["NotAllowedError", "denied", /Allow it in the address bar/],
  ["NotFoundError", "missing", /No camera was found/],
  ["OverconstrainedError", "missing", /No camera was found/],
  ["NotReadableError", "in-use", /another program/],
  ["TypeError", "unknown", /could not be started/],
])("puts %s into words", (name, kind, words) => {
  const problem = mediaProblem("camera", thrown(name));

  expect(problem?.kind).toBe(kind);
  expect(problem?.message).toMatch(words);
});

it("takes a closed screen picker for a change of mind", () => {
  expect(mediaProblem("screen", thrown("NotAllowedError"))).toBeNull();
  expect(mediaProblem("screen", thrown("NotReadableError"))).not.toBeNull();
});
