import type { MapView } from './heatmaps.js';
import { blurredMaximum, type MapBlur, mapBlur } from './map-blur.js';

/** Blurs the few cells around a peak; what it works in is kept for the next one. */
export interface PatchBlur {
  readonly kernel: Float64Array;
  /** The blurred 5x5 cells around a peak, as far as they were asked for. */
  readonly block: Float64Array;
  /** One row of the map, as far as the blur of the block reaches. */
  readonly row: Float64Array;
  /** All those rows, blurred along x: five values each. */
  readonly lines: Float64Array;
  /** For the rare blur of a whole map. */
  whole: MapBlur | undefined;
}

export function patchBlur(kernel: Float64Array): PatchBlur {
  const reach = kernel.length + 4;
  return {
    kernel,
    block: new Float64Array(25),
    row: new Float64Array(reach),
    lines: new Float64Array(reach * 5),
    whole: undefined,
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
  const size = row.length;
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
    blurRow(row, kernel, lines, j * 5);
  }
  let least = Infinity;
  for (let n = 0; n < cells.length; n++) {
    const i = cells[n]!;
    let sum = 0;
    for (let t = 0, at = i; t < kernel.length; t++, at += 5) sum += kernel[t]! * lines[at]!;
    block[i] = sum;
    if (sum < least) least = sum;
  }
  return least;
}

/** Five neighbouring values of the blurred row, into `lines` from `at` on. */
function blurRow(row: Float64Array, kernel: Float64Array, lines: Float64Array, at: number): void {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  let sum4 = 0;
  for (let t = 0; t < kernel.length; t++) {
    const weight = kernel[t]!;
    sum0 += weight * row[t]!;
    sum1 += weight * row[t + 1]!;
    sum2 += weight * row[t + 2]!;
    sum3 += weight * row[t + 3]!;
    sum4 += weight * row[t + 4]!;
  }
  lines[at] = sum0;
  lines[at + 1] = sum1;
  lines[at + 2] = sum2;
  lines[at + 3] = sum3;
  lines[at + 4] = sum4;
}

/** What the blurred map is multiplied by to have its old maximum again; after `blurAround` of the block's centre. */
export function rescaling(map: MapView, peak: number, blur: PatchBlur): number {
  blur.whole ??= mapBlur(map, blur.kernel);
  return peak / blurredMaximum(map, blur.kernel, blur.whole, blur.block[12]!);
}
