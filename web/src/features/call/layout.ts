/** How tiles share the stage. Pure: sizes in, sizes out, all in whole CSS pixels. */

export interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
}

/** Some of the tiles at a time. */
export interface Pages {
  readonly pages: number;
  readonly perPage: number;
  /** So many of the last tiles are on every page, and counted by `perPage`: the own one. */
  readonly kept: number;
}

export const GAP_PX = 8;
/** A face in a smaller tile is not recognised at arm's length. */
export const LEAST_PX = 120;
/** More faces than this nobody can follow, however large the screen is. */
export const MOST_TILES = 49;
/** The buttons that turn the pages: a touch target and its distance to the tiles. */
export const PAGER_PX = 44 + GAP_PX;

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

/**
 * The grid of one page when `count` tiles are too many for one.
 *
 * Pages are filled evenly, so that the last one is not a single tile; every page has the same
 * grid, so that nothing changes its size by turning.
 */
export function pagedGrid(count: number, width: number, height: number, kept = 0): Grid & Pages {
  // Nothing is measured yet: all are mounted, nothing is seen.
  const isMeasured = width > 0 && height > 0;
  if (!isMeasured || fitting(count, width, height) >= count) {
    return { ...bestGrid(count, width, height), ...evenly(count, count, kept) };
  }
  const room = Math.max(0, height - PAGER_PX);
  const split = evenly(count, fitting(count, width, room), kept);
  return { ...bestGrid(split.perPage, width, room), ...split };
}

/** How many tiles of a size that is worth it there is room for; at least one. */
function fitting(count: number, width: number, height: number): number {
  for (let most = Math.min(count, MOST_TILES); most > 1; most--) {
    const { tileWidth, tileHeight } = bestGrid(most, width, height);
    if (tileWidth >= LEAST_PX && tileHeight >= LEAST_PX) return most;
  }
  return 1;
}

function evenly(count: number, most: number, wished: number): Pages {
  if (count <= most) return { pages: 1, perPage: Math.max(1, count), kept: 0 };
  // Of two places none is given away.
  const kept = most >= 3 ? wished : 0;
  const pages = Math.ceil((count - kept) / (most - kept));
  return { pages, perPage: Math.ceil((count - kept) / pages) + kept, kept };
}

/** One large tile, and the others in a row below it or in a column beside it. */
export interface Focus extends Pages {
  readonly strip: "row" | "column";
  readonly tileWidth: number;
  readonly tileHeight: number;
  readonly largeWidth: number;
  readonly largeHeight: number;
}

export function focusLayout(count: number, width: number, height: number, kept = 0): Focus {
  // The large picture is wide: what is left is at the side of a wide stage, below an upright one.
  const strip = width >= 720 && width > height * 1.25 ? "column" : "row";
  if (count === 0) {
    const all = { largeWidth: Math.floor(width), largeHeight: Math.floor(height) };
    return { strip, ...evenly(0, 0, 0), tileWidth: 0, tileHeight: 0, ...all };
  }
  return strip === "column"
    ? beside(count, width, height, kept)
    : below(count, width, height, kept);
}

function beside(count: number, width: number, height: number, kept: number): Focus {
  const tileWidth = Math.floor(Math.min(256, Math.max(LEAST_PX * WIDEST, width * 0.16)));
  const tileHeight = Math.floor(tileWidth / WIDEST);
  const inColumn = (room: number) =>
    Math.max(1, Math.floor((room + GAP_PX) / (tileHeight + GAP_PX)));
  const most = inColumn(height) >= count ? count : inColumn(height - PAGER_PX);
  const largeWidth = Math.max(0, Math.floor(width) - tileWidth - GAP_PX);
  return {
    strip: "column",
    ...evenly(count, most, kept),
    tileWidth,
    tileHeight,
    largeWidth,
    largeHeight: Math.floor(height),
  };
}

function below(count: number, width: number, height: number, kept: number): Focus {
  // A low stage, such as a phone lying down, keeps two thirds for the large picture.
  const tileHeight = Math.floor(Math.min(LEAST_PX, height / 3));
  const least = Math.min(tileHeight * WIDEST, 152);
  const most = Math.max(1, Math.floor((width + GAP_PX) / (least + GAP_PX)));
  const split = evenly(count, most, kept);
  const tileWidth = Math.floor(
    Math.min(tileHeight * WIDEST, (width - GAP_PX * (split.perPage - 1)) / split.perPage),
  );
  const used = tileHeight + GAP_PX + (split.pages > 1 ? PAGER_PX : 0);
  return {
    strip: "row",
    ...split,
    tileWidth: Math.max(0, tileWidth),
    tileHeight,
    largeWidth: Math.floor(width),
    largeHeight: Math.max(0, Math.floor(height) - used),
  };
}

/** Those of `all` that are on page `page`, which counts from 0 and is brought into range. */
export function onPage<T>(all: readonly T[], page: number, { pages, perPage, kept }: Pages): T[] {
  const within = Math.min(Math.max(0, page), pages - 1);
  const turned = all.length - kept;
  const each = perPage - kept;
  return [...all.slice(within * each, Math.min(turned, (within + 1) * each)), ...all.slice(turned)];
}
