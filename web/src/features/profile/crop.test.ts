import { expect, it } from "vitest";
import { CENTRED, dragged, squareOf } from "./crop";

const WIDE = { width: 400, height: 200 };

it("begins with the largest square in the middle", () => {
  expect(squareOf(WIDE, CENTRED)).toEqual({ left: 100, top: 0, side: 200 });
});

it("shows less when zoomed in", () => {
  expect(squareOf(WIDE, { ...CENTRED, zoom: 2 })).toEqual({ left: 150, top: 50, side: 100 });
});

it("never leaves the picture", () => {
  expect(squareOf(WIDE, { zoom: 1, x: 0, y: 1 })).toEqual({ left: 0, top: 0, side: 200 });
  expect(squareOf(WIDE, { zoom: 4, x: 1, y: 1 })).toEqual({ left: 350, top: 150, side: 50 });
});

it("follows the finger at the scale of the view, and stops at the edge", () => {
  const right = dragged(WIDE, CENTRED, -50, 0, 100);
  expect(squareOf(WIDE, right)).toEqual({ left: 200, top: 0, side: 200 });

  const tooFar = dragged(WIDE, CENTRED, -5_000, 0, 100);
  const back = dragged(WIDE, tooFar, 10, 0, 100);
  expect(squareOf(WIDE, back).left).toBe(180);
});
