import type { RgbImage } from '../types.js';

/**
 * Applies an EXIF orientation, 1..8, to stored pixels: for each, whether rows and columns change places, and whether the
 * result's x and y then run backwards in the stored picture.
 */
const TURNS: readonly (readonly [swap: boolean, backX: boolean, backY: boolean])[] = [
  [false, false, false],
  [false, true, false],
  [false, true, true],
  [false, false, true],
  [true, false, false],
  [true, false, true],
  [true, true, true],
  [true, true, false],
];

/** Size of a picture after its orientation was applied. */
export function turnedSize(
  width: number,
  height: number,
  orientation: number,
): { width: number; height: number } {
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}

/** Writes the pixels of a picture, turned upright, into memory for the turned size. */
export function turnPixels(
  stored: RgbImage,
  orientation: number,
  out: Uint8Array | Uint8ClampedArray,
): void {
  const { width, height } = stored;
  const [swap, backX, backY] = TURNS[orientation - 1] ?? TURNS[0]!;
  const turned = turnedSize(width, height, orientation);
  for (let y = 0; y < turned.height; y++) {
    for (let x = 0; x < turned.width; x++) {
      const [column, row] = swap ? [y, x] : [x, y];
      const fromX = backX ? width - 1 - column : column;
      const fromY = backY ? height - 1 - row : row;
      const from = (fromY * width + fromX) * 3;
      const to = (y * turned.width + x) * 3;
      out[to] = stored.data[from]!;
      out[to + 1] = stored.data[from + 1]!;
      out[to + 2] = stored.data[from + 2]!;
    }
  }
}
