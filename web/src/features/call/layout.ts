/** How tiles share the stage. */

export interface Grid {
  readonly columns: number;
  readonly rows: number;
  /** Whole pixels. */
  readonly tileWidth: number;
  readonly tileHeight: number;
}

export const GAP_PX = 8;
/** Wider than this wastes the sides. */
const WIDEST = 16 / 9;

/** The grid that gives `count` equal tiles the most room in `width` by `height` pixels. */
export function bestGrid(count: number, width: number, height: number): Grid {
  // Upright tiles cut cameras to a strip; only an upright screen has nothing better to offer.
  const narrowest = width >= height ? 4 / 3 : 3 / 4;
  let best: Grid = { columns: 1, rows: Math.max(count, 1), tileWidth: 0, tileHeight: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const cellWidth = Math.max(0, (width - GAP_PX * (columns - 1)) / columns);
    const cellHeight = Math.max(0, (height - GAP_PX * (rows - 1)) / rows);
    const tileWidth = Math.floor(Math.min(cellWidth, cellHeight * WIDEST));
    const tileHeight = Math.floor(Math.min(cellHeight, cellWidth / narrowest));
    // A face gets as large as the shorter side allows.
    if (Math.min(tileWidth, tileHeight) > Math.min(best.tileWidth, best.tileHeight)) {
      best = { columns, rows, tileWidth, tileHeight };
    }
  }
  return best;
}
