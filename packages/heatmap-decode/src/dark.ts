import type { MapView } from './heatmaps.js';
import { blurredMaximum } from './map-blur.js';
import { blurAround, type PatchBlur } from './patch-blur.js';

/** Values are raised to this before their logarithm is taken. */
const FLOOR = 1e-10;
/** Cells of the 5x5 block that the differences read. */
const USED = [2, 6, 7, 8, 10, 11, 12, 13, 14, 16, 17, 18, 22];
/** The differences reach two cells, so a longer step is not theirs to say. */
const REACH = 2;

/**
 * One Newton step on the logarithm of the blurred map at its peak (x, y), in float64, into `offset`; false when there
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
  blur: PatchBlur,
  offset: [number, number],
  guarded: boolean,
): boolean {
  if (x < 2 || y < 2 || x > map.width - 3 || y > map.height - 3) return false;
  const { block } = blur;
  if (blurAround(map, x, y, blur, USED) < FLOOR) {
    const scale = peak / blurredMaximum(map, blur);
    for (const i of USED) block[i] = Math.max(block[i]! * scale, FLOOR);
  }
  // Sums and differences of logarithms are logarithms of products and quotients.
  const centre = block[12]! * block[12]!;
  const dx = Math.log(block[13]! / block[11]!) / 2;
  const dy = Math.log(block[17]! / block[7]!) / 2;
  const dxx = Math.log((block[14]! * block[10]!) / centre) / 4;
  const dyy = Math.log((block[22]! * block[2]!) / centre) / 4;
  const dxy = Math.log((block[18]! * block[6]!) / (block[8]! * block[16]!)) / 4;
  const determinant = dxx * dyy - dxy * dxy;
  if (guarded && !(dxx < 0 && determinant > 0)) return false;
  offset[0] = (dxy * dy - dyy * dx) / determinant;
  offset[1] = (dxy * dx - dxx * dy) / determinant;
  const length = Math.max(Math.abs(offset[0]), Math.abs(offset[1]));
  // A determinant of 0 and cells that are not finite end up here too.
  return length <= (guarded ? REACH : Number.MAX_VALUE);
}
