import type { Grid } from './heatmaps.js';

/** Gives a function that writes the places of the maxima of one image (x, y pairs) and their values. */
export type PeakFinder = (
  data: Float32Array,
  grid: Grid,
  keypoints: Float32Array,
  scores: Float32Array,
) => (image: number) => void;

/** Bits of +Infinity; read as integers, only those of NaN are larger. */
const INFINITE = 0x7f800000;
/** Cells of interleaved maps that are gone through, four maps at a time, while they are in the nearest cache. */
const TILE = 128;

/** The largest bits of each map of one image, and in which cell they are. */
interface Best {
  readonly bits: Int32Array;
  readonly cells: Int32Array;
}

/**
 * The first maximum in row order. Cells that are NaN never win; a map without a number gets NaN for place and value.
 *
 * Bits of positive floats, read as integers, have the order of the floats; those of negative floats are negative. So one pass
 * compares integers, without conversion; maps that this cannot judge (nothing above 0, or NaN) are read again as floats.
 */
export const peakFinder: PeakFinder = (data, grid, keypoints, scores) => {
  const { keypointCount, image, keypoint, cell } = grid;
  const cells = grid.width * grid.height;
  const bits = new Int32Array(data.buffer, data.byteOffset, data.length);
  const best: Best = {
    bits: new Int32Array(keypointCount),
    cells: new Int32Array(keypointCount),
  };
  return (b) => {
    const start = b * image;
    best.bits.fill(0);
    if (cell === 1 || keypointCount < 4) {
      for (let k = 0; k < keypointCount; k++) {
        scanMap(bits, start + k * keypoint, cells, cell, k, best);
      }
    } else {
      scanInterleaved(bits, start, cells, keypointCount, best);
    }
    for (let k = 0; k < keypointCount; k++) {
      const most = best.bits[k]!;
      if (most === 0 || most > INFINITE) best.cells[k] = -1;
    }
    writePeaks(data, grid, b, best.cells, keypoints, scores);
  };
};

/** Writes places and values from the number of each map's cell; where that is -1, the map is read as floats. */
export function writePeaks(
  data: Float32Array,
  grid: Grid,
  image: number,
  cells: Int32Array,
  keypoints: Float32Array,
  scores: Float32Array,
): void {
  const { keypointCount, cell, width } = grid;
  for (let k = 0; k < keypointCount; k++) {
    const start = image * grid.image + k * grid.keypoint;
    const n = image * keypointCount + k;
    const known = cells[k]!;
    const index = known >= 0 ? known : scanFloats(data, start, width * grid.height, cell);
    const found = index >= 0;
    scores[n] = found ? data[start + index * cell]! : NaN;
    keypoints[2 * n] = found ? index % width : NaN;
    keypoints[2 * n + 1] = found ? Math.floor(index / width) : NaN;
  }
}

/** The maxima of all images. */
export function findPeaks(
  data: Float32Array,
  grid: Grid,
  keypoints: Float32Array,
  scores: Float32Array,
): void {
  const find = peakFinder(data, grid, keypoints, scores);
  for (let image = 0; image < grid.batch; image++) find(image);
}

/** One map, whose cells lie `step` apart, into entry `k`. */
function scanMap(
  bits: Int32Array,
  start: number,
  cells: number,
  step: number,
  k: number,
  best: Best,
): void {
  const end = start + cells * step;
  const four = 4 * step;
  let most = 0;
  let at = start;
  let i = start;
  // Most of the time none of four is larger, which four comparisons tell without an index.
  for (const last = end - four; i <= last; i += four) {
    if (
      bits[i]! > most ||
      bits[i + step]! > most ||
      bits[i + 2 * step]! > most ||
      bits[i + 3 * step]! > most
    ) {
      for (let j = i; j < i + four; j += step) {
        if (bits[j]! > most) {
          most = bits[j]!;
          at = j;
        }
      }
    }
  }
  for (; i < end; i += step) {
    if (bits[i]! > most) {
      most = bits[i]!;
      at = i;
    }
  }
  best.bits[k] = most;
  best.cells[k] = (at - start) / step;
}

/** The four or more interleaved maps of one image. */
function scanInterleaved(
  bits: Int32Array,
  start: number,
  cells: number,
  count: number,
  best: Best,
): void {
  for (let from = 0; from < cells; from += TILE) {
    const to = Math.min(cells, from + TILE);
    for (let k = 0; k < count; k += 4) {
      // The last four may repeat some of those before them, which changes nothing.
      scanFour(bits, start, from, to, count, Math.min(k, count - 4), best);
    }
  }
}

/** Cells [from, to) of the maps k to k + 3. */
function scanFour(
  bits: Int32Array,
  start: number,
  from: number,
  to: number,
  step: number,
  k: number,
  best: Best,
): void {
  const mosts = best.bits;
  let first = mosts[k]!;
  let second = mosts[k + 1]!;
  let third = mosts[k + 2]!;
  let fourth = mosts[k + 3]!;
  let i = start + from * step + k;
  for (let cell = from; cell < to; cell++, i += step) {
    if (bits[i]! > first) {
      first = bits[i]!;
      best.cells[k] = cell;
    }
    if (bits[i + 1]! > second) {
      second = bits[i + 1]!;
      best.cells[k + 1] = cell;
    }
    if (bits[i + 2]! > third) {
      third = bits[i + 2]!;
      best.cells[k + 2] = cell;
    }
    if (bits[i + 3]! > fourth) {
      fourth = bits[i + 3]!;
      best.cells[k + 3] = cell;
    }
  }
  mosts[k] = first;
  mosts[k + 1] = second;
  mosts[k + 2] = third;
  mosts[k + 3] = fourth;
}

/** Place of the first maximum of any sign; -1 when no cell is a number. */
function scanFloats(data: Float32Array, start: number, cells: number, step: number): number {
  let most = -Infinity;
  let at = -1;
  for (let cell = 0, i = start; cell < cells; cell++, i += step) {
    // A map of -Infinity has a maximum too, its first cell.
    if (data[i]! > most || (at < 0 && data[i] === most)) {
      most = data[i]!;
      at = cell;
    }
  }
  return at;
}
