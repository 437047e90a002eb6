import { describe, expect, it } from "vitest";
import { bestGrid, focusLayout, GAP_PX, LEAST_PX, onPage, PAGER_PX, pagedGrid } from "./layout";

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

const STAGES = [
  [336, 560],
  [744, 900],
  [1416, 700],
  [1896, 900],
] as const;

describe("pages of the grid", () => {
  it.each([
    [2, 336, 560, 1, 2],
    [6, 336, 560, 1, 6],
    [12, 336, 560, 2, 6],
    [25, 336, 560, 4, 7],
    [25, 744, 900, 1, 25],
    [25, 1416, 700, 1, 25],
    [49, 1896, 980, 1, 49],
    [60, 1896, 980, 2, 30],
  ])("%i people in %i×%i are on %i pages of %i", (count, width, height, pages, perPage) => {
    expect(pagedGrid(count, width, height)).toMatchObject({ pages, perPage });
  });

  it("never show a face that is too small, and leave room for their buttons", () => {
    for (const [width, height] of STAGES) {
      for (let count = 1; count <= 49; count++) {
        const { pages, perPage, rows, columns, ...tile } = pagedGrid(count, width, height, 1);

        expect(tile.tileWidth).toBeGreaterThanOrEqual(LEAST_PX);
        expect(tile.tileHeight).toBeGreaterThanOrEqual(LEAST_PX);
        const used = rows * (tile.tileHeight + GAP_PX) - GAP_PX + (pages > 1 ? PAGER_PX : 0);
        expect(used).toBeLessThanOrEqual(height);
        expect(columns * (tile.tileWidth + GAP_PX) - GAP_PX).toBeLessThanOrEqual(width);
        expect(rows * columns).toBeGreaterThanOrEqual(perPage);
      }
    }
  });

  it("show one at a time where there is hardly any room", () => {
    expect(pagedGrid(3, 200, 90)).toMatchObject({ pages: 3, perPage: 1 });
  });

  it("hold everybody on one page until the stage was measured", () => {
    expect(pagedGrid(25, 0, 0, 1)).toMatchObject({ pages: 1, perPage: 25, tileHeight: 0 });
  });

  it("show each person once, and oneself always", () => {
    const people = [...Array(24).keys()].map((number) => `p${number}`);
    for (const [width, height] of STAGES) {
      const grid = pagedGrid(25, width, height, 1);
      const pages = [...Array(grid.pages).keys()].map((page) =>
        onPage([...people, "me"], page, grid),
      );

      expect(pages.every((page) => page.at(-1) === "me" && page.length <= grid.perPage)).toBe(true);
      expect(pages.flatMap((page) => page.slice(0, -1))).toEqual(people);
    }
  });

  it.each([
    [-1, ["a", "b"]],
    [0, ["a", "b"]],
    [1, ["c"]],
    [7, ["c"]],
  ])("turn to page %i by staying where there is one", (page, shown) => {
    expect(onPage(["a", "b", "c"], page, { pages: 2, perPage: 2, kept: 0 })).toEqual(shown);
  });
});

describe("one large tile", () => {
  it.each([
    ["beside a strip on a wide stage", 6, 1416, 700, "column"],
    ["above a strip on an upright one", 6, 336, 560, "row"],
    ["above a strip on a tablet", 6, 744, 900, "row"],
  ] as const)("is %s", (_, count, width, height, strip) => {
    const focus = focusLayout(count, width, height, 1);

    expect(focus.strip).toBe(strip);
    expect(focus.tileHeight).toBeGreaterThanOrEqual(LEAST_PX);
    expect(focus.largeHeight).toBeGreaterThan(focus.tileHeight * 2);
  });

  it("never leaves the stage, nor does its strip", () => {
    for (const [width, height] of [...STAGES, [720, 250]] as const) {
      for (let count = 1; count <= 49; count++) {
        const focus = focusLayout(count, width, height, 1);
        const { perPage, tileWidth, tileHeight, largeWidth, largeHeight } = focus;
        const pager = focus.pages > 1 ? PAGER_PX : 0;
        if (focus.strip === "column") {
          expect(largeWidth + GAP_PX + tileWidth).toBeLessThanOrEqual(width);
          expect(perPage * (tileHeight + GAP_PX) - GAP_PX + pager).toBeLessThanOrEqual(height);
        } else {
          expect(largeHeight + GAP_PX + tileHeight + pager).toBeLessThanOrEqual(height);
          expect(perPage * (tileWidth + GAP_PX) - GAP_PX).toBeLessThanOrEqual(width);
        }
      }
    }
  });

  it("has all of the stage when nobody else is there", () => {
    expect(focusLayout(0, 800, 600)).toMatchObject({ largeWidth: 800, largeHeight: 600, pages: 1 });
  });
});
