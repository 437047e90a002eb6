/** Which square of a picture is kept. Pure. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Crop {
  /** 1 shows the largest square there is, 2 half of it. */
  readonly zoom: number;
  /** The middle of the square, as a share of width and height. */
  readonly x: number;
  readonly y: number;
}

export interface Square {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

export const CENTRED: Crop = { zoom: 1, x: 0.5, y: 0.5 };

/** The square in the picture's own pixels; never outside of it. */
export function squareOf({ width, height }: Size, { zoom, x, y }: Crop): Square {
  const side = Math.min(width, height) / Math.max(1, zoom);
  const within = (middle: number, length: number) =>
    Math.min(Math.max(middle * length - side / 2, 0), length - side);
  return { left: within(x, width), top: within(y, height), side };
}

/** The crop after the picture was dragged by `dx`, `dy` pixels of a view `viewSide` wide. */
export function dragged(size: Size, crop: Crop, dx: number, dy: number, viewSide: number): Crop {
  const { left, top, side } = squareOf(size, crop);
  const scale = side / viewSide;
  const moved = {
    ...crop,
    x: (left + side / 2 - dx * scale) / size.width,
    y: (top + side / 2 - dy * scale) / size.height,
  };
  const kept = squareOf(size, moved);
  return {
    ...crop,
    x: (kept.left + kept.side / 2) / size.width,
    y: (kept.top + kept.side / 2) / size.height,
  };
}
