import type { MapView } from './heatmaps.js';

/** What DARK works in: the kernel, the blurred 5x5 cells around a peak, and the offset it finds. */
export interface DarkWorkspace {
  readonly kernel: Float64Array;
  readonly block: Float64Array;
  readonly offset: [number, number];
}

/** Values are raised to this before their logarithm is taken. */
const FLOOR = 1e-10;
/** Cells of the 5x5 block that the differences read. */
const USED = [2, 6, 7, 8, 10, 11, 12, 13, 14, 16, 17, 18, 22];
/** The differences reach two cells, so a longer step is not theirs to say. */
const REACH = 2;

/**
 * One Newton step on the logarithm of the blurred map at its peak (x, y), in float64, into `work.offset`; false when there
 * is none to take. Only the 5x5 cells around the peak are blurred: the rescaling of the blurred map to its old maximum shifts
 * the logarithm by a constant and matters only where a cell is below the floor, so the whole map is blurred only then.
 *
 * @param guarded also refuse a step away from a maximum or beyond the reach of the differences
 */
export function darkOffset(
  map: MapView,
  x: number,
  y: number,
  peak: number,
  work: DarkWorkspace,
  guarded: boolean,
): boolean {
  if (x < 2 || y < 2 || x > map.width - 3 || y > map.height - 3) return false;
  const { block, offset } = work;
  blurAround(map, x, y, work.kernel, block);
  let scale = 1;
  if (USED.some((i) => !(block[i]! >= FLOOR))) scale = peak / blurredMaximum(map, work.kernel);
  const at = (i: number): number => Math.log(Math.max(block[i]! * scale, FLOOR));
  const centre = at(12);
  const dx = (at(13) - at(11)) / 2;
  const dy = (at(17) - at(7)) / 2;
  const dxx = (at(14) - 2 * centre + at(10)) / 4;
  const dyy = (at(22) - 2 * centre + at(2)) / 4;
  const dxy = (at(18) - at(8) - at(16) + at(6)) / 4;
  const determinant = dxx * dyy - dxy * dxy;
  if (guarded && !(dxx < 0 && determinant > 0)) return false;
  offset[0] = (dxy * dy - dyy * dx) / determinant;
  offset[1] = (dxy * dx - dxx * dy) / determinant;
  const length = Math.max(Math.abs(offset[0]), Math.abs(offset[1]));
  // A determinant of 0 and cells that are not finite end up here too.
  return length <= (guarded ? REACH : Number.MAX_VALUE);
}

/** The blurred 5x5 cells around (x, y); outside the map is 0. */
function blurAround(
  map: MapView,
  x: number,
  y: number,
  kernel: Float64Array,
  block: Float64Array,
): void {
  const { data, width, height, step, start } = map;
  const radius = (kernel.length - 1) / 2;
  block.fill(0);
  const firstRow = Math.max(0, y - 2 - radius);
  const lastRow = Math.min(height - 1, y + 2 + radius);
  for (let row = firstRow; row <= lastRow; row++) {
    const line = start + row * width * step;
    const top = Math.max(0, row - y - radius + 2);
    const bottom = Math.min(4, row - y + radius + 2);
    for (let column = 0; column < 5; column++) {
      const centre = x + column - 2;
      const from = Math.max(0, centre - radius);
      const to = Math.min(width - 1, centre + radius);
      let sum = 0;
      for (let i = from; i <= to; i++) {
        sum += kernel[i - centre + radius]! * data[line + i * step]!;
      }
      for (let j = top; j <= bottom; j++) {
        block[j * 5 + column] = block[j * 5 + column]! + kernel[row - y - j + 2 + radius]! * sum;
      }
    }
  }
}

/** Largest value of the whole blurred map; rarely needed. */
function blurredMaximum(map: MapView, kernel: Float64Array): number {
  const { data, width, height, step, start } = map;
  const radius = (kernel.length - 1) / 2;
  const lines = new Float64Array(width * height);
  for (let i = 0; i < lines.length; i++) {
    const column = i % width;
    const from = Math.max(-radius, -column);
    const to = Math.min(radius, width - 1 - column);
    let sum = 0;
    for (let t = from; t <= to; t++) sum += kernel[t + radius]! * data[start + (i + t) * step]!;
    lines[i] = sum;
  }
  let largest = -Infinity;
  for (let i = 0; i < lines.length; i++) {
    const row = Math.floor(i / width);
    const from = Math.max(-radius, -row);
    const to = Math.min(radius, height - 1 - row);
    let sum = 0;
    for (let t = from; t <= to; t++) sum += kernel[t + radius]! * lines[i + t * width]!;
    if (sum > largest) largest = sum;
  }
  return largest;
}
