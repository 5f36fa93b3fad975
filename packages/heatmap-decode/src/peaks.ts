import type { Grid } from './heatmaps.js';

/**
 * Writes the place of every map's maximum (x, y pairs) and its value; the first in row order wins a tie. Cells that are
 * NaN never win; a map without a number gets NaN for both.
 */
export function findPeaks(
  data: Float32Array,
  grid: Grid,
  keypoints: Float32Array,
  scores: Float32Array,
): void {
  const { batch, keypointCount, width } = grid;
  const cells = width * grid.height;
  const count = batch * keypointCount;
  // Until the end the index of the best cell stays in the place of x; float32 holds it exactly below 2^24 cells.
  keypoints.fill(-1);
  scores.fill(-Infinity);
  if (grid.cell === 1) {
    for (let n = 0, i = 0; n < count; n++) {
      let best = -Infinity;
      let index = -1;
      for (let cell = 0; cell < cells; cell++, i++) {
        if (data[i]! > best) {
          best = data[i]!;
          index = cell;
        }
      }
      scores[n] = best;
      keypoints[n * 2] = index;
    }
  } else {
    for (let b = 0, i = 0; b < batch; b++) {
      const first = b * keypointCount;
      for (let cell = 0; cell < cells; cell++) {
        for (let n = first; n < first + keypointCount; n++, i++) {
          if (data[i]! > scores[n]!) {
            scores[n] = data[i]!;
            keypoints[n * 2] = cell;
          }
        }
      }
    }
  }
  for (let n = 0; n < count; n++) {
    const index = keypoints[n * 2]!;
    if (index < 0) {
      scores[n] = NaN;
      keypoints[n * 2] = NaN;
      keypoints[n * 2 + 1] = NaN;
    } else {
      keypoints[n * 2] = index % width;
      keypoints[n * 2 + 1] = Math.floor(index / width);
    }
  }
}
