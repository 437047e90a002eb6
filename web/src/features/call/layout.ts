/** How tiles share the stage. */

export interface Grid {
  readonly columns: number;
  readonly rows: number;
  /** Whole pixels. */
  readonly tileWidth: number;
  readonly tileHeight: number;
}

export const GAP_PX = 8;
/** Wider than this wastes the sides, narrower cuts off faces. */
const WIDEST = 16 / 9;
const NARROWEST = 3 / 4;

/** The grid that gives `count` equal tiles the most room in `width` by `height` pixels. */
export function bestGrid(count: number, width: number, height: number): Grid {
  let best: Grid = { columns: 1, rows: Math.max(count, 1), tileWidth: 0, tileHeight: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const { tileWidth, tileHeight } = tileIn(
      (width - GAP_PX * (columns - 1)) / columns,
      (height - GAP_PX * (rows - 1)) / rows,
    );
    if (shown(tileWidth, tileHeight) > shown(best.tileWidth, best.tileHeight)) {
      best = { columns, rows, tileWidth, tileHeight };
    }
  }
  return best;
}

function tileIn(cellWidth: number, cellHeight: number) {
  const width = Math.max(0, cellWidth);
  const height = Math.max(0, cellHeight);
  return {
    tileWidth: Math.floor(Math.min(width, height * WIDEST)),
    tileHeight: Math.floor(Math.min(height, width / NARROWEST)),
  };
}

/** Pixels of a 4:3 picture in the middle of the tile: what a face gets. */
function shown(width: number, height: number): number {
  const visibleWidth = Math.min(width, (height * 4) / 3);
  return visibleWidth * Math.min(height, visibleWidth);
}
