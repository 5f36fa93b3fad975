import type { Axis } from './gaussian-axes.js';

/** The Gaussians of one image and where in `out` its maps are: keypoint k's cell i at `start + k * keypoint + i * cell`. */
export interface ImageMaps {
  readonly columns: Axis;
  readonly rows: Axis;
  /** Square of the distance from the centre beyond which nothing is written. */
  readonly reach: number;
  readonly out: Float32Array;
  /** Numbers in `out` for one image. */
  readonly length: number;
  readonly keypoint: number;
  readonly cell: number;
  /** Whether `out` may hold something else than zeros. */
  readonly used: boolean;
  start: number;
}

/** Writes all maps of an image. */
export type MapDrawer = (maps: ImageMaps) => void;

/** Draws patches map by map, and what covers the maps in the order in which they lie in memory. */
export const drawMaps: MapDrawer = (maps) => {
  const { rows, cell, out, start, length } = maps;
  const count = rows.from.length;
  // Image by image, so that the zeros are still in the cache when the maps are drawn.
  if (maps.used) out.fill(0, start, start + length);
  if (cell === 1 || maps.reach === Infinity) {
    for (let k = 0; k < count; k++) drawRows(maps, k, rows.from[k]!, rows.to[k]!);
    return;
  }
  for (let row = 0; row < rows.size; row++) {
    for (let k = 0; k < count; k++) {
      if (row >= rows.from[k]! && row < rows.to[k]!) drawRows(maps, k, row, row + 1);
    }
  }
};

/** Rows [from, to) of one map. */
function drawRows(maps: ImageMaps, k: number, from: number, to: number): void {
  const { columns, rows, reach, out, cell } = maps;
  const { values, size } = columns;
  const bounded = reach < Infinity;
  const factors = rows.values;
  const firstFactor = k * rows.size;
  const first = k * size;
  const least = columns.from[k]!;
  const most = columns.to[k]!;
  const x = columns.centre[k]!;
  const y = rows.centre[k]!;
  const start = maps.start + k * maps.keypoint;
  for (let row = from; row < to; row++) {
    let left = least;
    let right = most;
    if (bounded) {
      const half = Math.sqrt(reach - (row - y) * (row - y));
      if (!(half >= 0)) continue;
      // Whole numbers, said to be so: the loops below would count in floats.
      left = Math.max(least, Math.ceil(x - half)) | 0;
      right = Math.min(most, Math.floor(x + half) + 1) | 0;
    }
    const factor = factors[firstFactor + row]!;
    const end = first + right;
    let i = first + left;
    let o = start + (row * size + left) * cell;
    // Four at a time: the products are independent, which a loop of one does not show.
    for (; i <= end - 4; i += 4) {
      const first = factor * values[i]!;
      const second = factor * values[i + 1]!;
      const third = factor * values[i + 2]!;
      const fourth = factor * values[i + 3]!;
      out[o] = first;
      out[o + cell] = second;
      out[o + 2 * cell] = third;
      out[o + 3 * cell] = fourth;
      o += 4 * cell;
    }
    for (; i < end; i++) {
      out[o] = factor * values[i]!;
      o += cell;
    }
  }
}
