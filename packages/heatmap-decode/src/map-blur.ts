import type { MapView } from './heatmaps.js';

/** Workspace of the blur of a whole map; made when first needed, for maps of one size. */
export interface MapBlur {
  readonly radius: number;
  /** Numbers from one line to the next: the width, and up to 3 more. */
  readonly stride: number;
  /** A row of the map between zeros. */
  readonly row: Float64Array;
  /** All rows blurred along x, between rows of zeros. */
  readonly lines: Float64Array;
  readonly four: Float64Array;
  /** Largest value, or 0, of each row and of each column, between zeros. */
  readonly rowMost: Float64Array;
  readonly columnMost: Float64Array;
}

export function mapBlur({ width, height }: MapView, kernel: Float64Array): MapBlur {
  const stride = Math.ceil(width / 4) * 4;
  const around = kernel.length - 1;
  return {
    radius: around / 2,
    stride,
    row: new Float64Array(stride + around),
    lines: new Float64Array(stride * (height + around)),
    four: new Float64Array(4),
    rowMost: new Float64Array(height + around),
    columnMost: new Float64Array(width + around),
  };
}

/**
 * Largest value of the whole blurred map, which is taken as 0 outside.
 *
 * A blurred cell is not above the blur of its rows' largest values, nor of its columns'. Where one of the two is below what is known
 * already, nothing is computed; around a bump that leaves a few cells.
 *
 * @param known one of the blurred values
 */
export function blurredMaximum(
  map: MapView,
  kernel: Float64Array,
  work: MapBlur,
  known: number,
): number {
  const { data, width, height, step, start } = map;
  const { row, lines, stride, four, radius, rowMost, columnMost } = work;
  findMost(map, work);
  const [left, right] = above(columnMost, kernel, width, known);
  const from = left - (left % 4);
  let largest = known;
  let done = 0;
  for (let y = 0; y < height; y++) {
    if (dot(rowMost, y, kernel) <= largest) continue;
    // The lines that this row needs, as far as they are not there.
    const last = Math.min(height - 1, y + radius);
    for (done = Math.max(done, y - radius); done <= last; done++) {
      const first = start + done * width * step;
      for (let x = 0; x < width; x++) row[radius + x] = data[first + x * step]!;
      for (let x = from; x < right; x += 4) {
        blurFour(row, x, 1, kernel, lines, (done + radius) * stride + x);
      }
    }
    for (let x = from; x < right; x += 4) {
      blurFour(lines, y * stride + x, stride, kernel, four, 0);
      for (let i = 0; i < 4 && x + i < width; i++) if (four[i]! > largest) largest = four[i]!;
    }
  }
  return largest;
}

function findMost(map: MapView, { rowMost, columnMost, radius }: MapBlur): void {
  const { data, width, height, step, start } = map;
  columnMost.fill(0);
  for (let y = 0, at = start; y < height; y++) {
    let most = 0;
    for (let x = radius; x < width + radius; x++, at += step) {
      const value = data[at]!;
      if (value > most) most = value;
      if (value > columnMost[x]!) columnMost[x] = value;
    }
    rowMost[y + radius] = most;
  }
}

/** First, and one after the last, of the places whose blurred value is above `known`. */
function above(
  values: Float64Array,
  kernel: Float64Array,
  size: number,
  known: number,
): [number, number] {
  let left = 0;
  let right = size;
  while (left < right && dot(values, left, kernel) <= known) left++;
  while (right > left && dot(values, right - 1, kernel) <= known) right--;
  return [left, right];
}

function dot(values: Float64Array, start: number, kernel: Float64Array): number {
  let sum = 0;
  for (let t = 0; t < kernel.length; t++) sum += kernel[t]! * values[start + t]!;
  return sum;
}

/** Four neighbouring sums over cells `step` apart: independent, so the processor works on them at the same time. */
function blurFour(
  from: Float64Array,
  start: number,
  step: number,
  kernel: Float64Array,
  to: Float64Array,
  at: number,
): void {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  for (let t = 0, i = start; t < kernel.length; t++, i += step) {
    const weight = kernel[t]!;
    sum0 += weight * from[i]!;
    sum1 += weight * from[i + 1]!;
    sum2 += weight * from[i + 2]!;
    sum3 += weight * from[i + 3]!;
  }
  to[at] = sum0;
  to[at + 1] = sum1;
  to[at + 2] = sum2;
  to[at + 3] = sum3;
}
