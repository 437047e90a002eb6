import { expect, it } from "vitest";
import { elapsed, roughly } from "./duration";

it.each([
  [-3, "0:00"],
  [9, "0:09"],
  [245, "4:05"],
  [3729, "1:02:09"],
])("shows %i seconds as %s", (seconds, shown) => {
  expect(elapsed(seconds)).toBe(shown);
});

it.each([
  [20, "under a minute"],
  [720, "12 min"],
  [3600, "1 h"],
  [3900, "1 h 5 min"],
])("says %i seconds as %s", (seconds, said) => {
  expect(roughly(seconds)).toBe(said);
});
