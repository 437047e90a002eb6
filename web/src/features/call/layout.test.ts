import { describe, expect, it } from "vitest";
import { bestGrid, GAP_PX } from "./layout";

describe("the grid", () => {
  it.each([
    [1, 1280, 680, 1],
    [2, 1280, 680, 2],
    [4, 1280, 680, 2],
    [9, 1280, 680, 3],
    [2, 336, 600, 1],
    [4, 336, 600, 2],
  ])("puts %i tiles in %i×%i into %i columns", (count, width, height, columns) => {
    expect(bestGrid(count, width, height).columns).toBe(columns);
  });

  it("always has a place for everybody, and never leaves the stage", () => {
    for (let count = 1; count <= 16; count++) {
      for (const [width, height] of [
        [360, 560],
        [768, 900],
        [1280, 640],
        [1920, 980],
      ] as const) {
        const { columns, rows, tileWidth, tileHeight } = bestGrid(count, width, height);

        expect(columns * rows).toBeGreaterThanOrEqual(count);
        expect(columns * tileWidth + (columns - 1) * GAP_PX).toBeLessThanOrEqual(width);
        expect(rows * tileHeight + (rows - 1) * GAP_PX).toBeLessThanOrEqual(height);
        expect(tileWidth).toBeGreaterThan(60);
      }
    }
  });

  it("does not cut cameras to strips on a wide screen", () => {
    const { tileWidth, tileHeight } = bestGrid(2, 1280, 680);

    expect(tileWidth / tileHeight).toBeGreaterThan(1.32);
    expect(tileWidth / tileHeight).toBeLessThan(1.79);
  });

  it("survives a stage that was not measured yet", () => {
    expect(bestGrid(3, 0, 0)).toMatchObject({ tileWidth: 0, tileHeight: 0 });
  });
});
