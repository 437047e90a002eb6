import { expect, it } from "vitest";
import { cameraLimit } from "./meshBudget";

it("sends one other everything", () => {
  expect(cameraLimit(1)).toEqual({
    maxBitrate: 1_700_000,
    scaleResolutionDownBy: 1,
    maxFramerate: 30,
  });
});

it("sends more people smaller pictures, and together never more than the upload carries", () => {
  for (let others = 2; others <= 12; others++) {
    expect(cameraLimit(others).maxBitrate * others).toBeLessThanOrEqual(2_400_000);
    expect(cameraLimit(others).scaleResolutionDownBy).toBeGreaterThan(1);
  }
});

it("does not starve a face, however many there are", () => {
  expect(cameraLimit(100).maxBitrate).toBe(200_000);
});
