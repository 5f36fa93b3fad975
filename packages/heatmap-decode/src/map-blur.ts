import type { MapView } from './heatmaps.js';
import type { PatchBlur } from './patch-blur.js';
import { weighted, weightedFour } from './weighted.js';

/**
 * Largest value of the whole blurred map, which is taken as 0 outside. To be called after `blurAround` of the block's centre.
 *
 * No cell of a blurred row is above the blur of the rows' largest values. Rows for which that is below what is known already are
 * left out; around a bump few are not.
 */
export function blurredMaximum(map: MapView, blur: PatchBlur): number {
  const { data, width, height, step, start } = map;
  const { kernel, row, lines, most, stride } = blur;
  const radius = (kernel.length - 1) / 2;
  for (let y = 0, at = start; y < height; y++) {
    let largest = 0;
    for (let x = 0; x < width; x++, at += step) if (data[at]! > largest) largest = data[at]!;
    most[radius + y] = largest;
  }
  let largest = blur.block[12]!;
  let done = 0;
  row.fill(0);
  lines.fill(0);
  for (let y = 0; y < height; y++) {
    if (weighted(most, y, 1, kernel) <= largest) continue;
    // The lines that this row needs, as far as they are not there.
    for (done = Math.max(done, y - radius); done <= y + radius && done < height; done++) {
      const first = start + done * width * step;
      for (let x = 0; x < width; x++) row[radius + x] = data[first + x * step]!;
      const line = (radius + done) * stride;
      for (let x = 0; x < width; x += 4) weightedFour(row, x, 1, kernel, lines, line + x);
    }
    // The row is no longer needed, so its place takes the result.
    for (let x = 0; x < width; x += 4) {
      weightedFour(lines, y * stride + x, stride, kernel, row, x);
    }
    for (let x = 0; x < width; x++) if (row[x]! > largest) largest = row[x]!;
    row.fill(0);
  }
  return largest;
}
