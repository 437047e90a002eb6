import { describe, expect, it } from "vitest";
import { activeLayers, encodingsOf } from "./simulcast";

const CAMERA = encodingsOf("camera");
const SCREEN = encodingsOf("screen");

describe("a camera of 720 lines", () => {
  it.each([
    ["in full", 720, [true, true, true]],
    ["larger than it is", 2160, [true, true, true]],
    ["at half its height", 360, [true, true, false]],
    ["between two layers", 200, [true, true, false]],
    ["as a thumbnail", 90, [true, false, false]],
    ["by nobody", 0, [false, false, false]],
  ])("that is shown %s sends what that needs", (_, watched, active) => {
    expect(activeLayers(CAMERA, 720, watched)).toEqual(active);
  });
});

it("sends all layers of a smaller camera when it is shown large", () => {
  expect(activeLayers(CAMERA, 360, 720)).toEqual([true, true, true]);
});

it("sends a screen in full, or not at all", () => {
  expect(activeLayers(SCREEN, 1080, 90)).toEqual([true]);
  expect(activeLayers(SCREEN, 1080, 0)).toEqual([false]);
});

it("names the layers of a camera from low to high", () => {
  expect(CAMERA.map(({ rid }) => rid)).toEqual(["l", "m", "h"]);
});
