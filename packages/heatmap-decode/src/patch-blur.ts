import type { MapView } from './heatmaps.js';
import { weighted, weightedFour } from './weighted.js';

/** Blurs the few cells around a peak; what it works in is kept for the next one. */
export interface PatchBlur {
  readonly kernel: Float64Array;
  /** The blurred 5x5 cells around a peak, as far as they were asked for. */
  readonly block: Float64Array;
  /** One row of the map, as far as the blur reaches. */
  readonly row: Float64Array;
  /** Rows blurred along x. */
  readonly lines: Float64Array;
  /** A number for each row. */
  readonly most: Float64Array;
  /** Room for one blurred row of the map. */
  readonly stride: number;
}

/** For maps of one size. */
export function patchBlur(kernel: Float64Array, { width, height }: MapView): PatchBlur {
  // Five more are enough for the patch as well, in maps smaller than it, and for the four columns of a step.
  const stride = width + 5;
  const rows = height + kernel.length + 5;
  return {
    kernel,
    block: new Float64Array(25),
    row: new Float64Array(stride + kernel.length),
    lines: new Float64Array(stride * rows),
    most: new Float64Array(rows),
    stride,
  };
}

/** Fills the cells of `blur.block` that `cells` lists, around (x, y), with the map taken as 0 outside; gives their least. */
export function blurAround(
  map: MapView,
  x: number,
  y: number,
  blur: PatchBlur,
  cells: readonly number[],
): number {
  const { data, width, height, step, start } = map;
  const { kernel, row, lines, block } = blur;
  const size = kernel.length + 4;
  const radius = (kernel.length - 1) / 2;
  const left = x - 2 - radius;
  const from = Math.max(0, -left);
  const to = Math.min(size, width - left);
  if (to - from < size) row.fill(0);
  for (let j = 0; j < size; j++) {
    const line = y - 2 - radius + j;
    if (line < 0 || line >= height) {
      lines.fill(0, j * 5, j * 5 + 5);
      continue;
    }
    for (let i = from, at = start + (line * width + left + from) * step; i < to; i++, at += step) {
      row[i] = data[at]!;
    }
    weightedFour(row, 0, 1, kernel, lines, j * 5);
    lines[j * 5 + 4] = weighted(row, 4, 1, kernel);
  }
  let least = Infinity;
  for (let n = 0; n < cells.length; n++) {
    const i = cells[n]!;
    const sum = weighted(lines, i, 5, kernel);
    block[i] = sum;
    if (sum < least) least = sum;
  }
  return least;
}
