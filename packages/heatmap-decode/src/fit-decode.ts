import type { DecodedKeypoints, KeypointArrays } from './decode.js';
import { requireInteger } from './error.js';
import { fitOffset, gaussianFit } from './gaussian-fit.js';
import { checkHeatmaps, type Heatmaps, type MapView } from './heatmaps.js';
import { keypointArrays } from './keypoint-arrays.js';
import { findPeaks } from './peaks.js';

export interface DecodeByFitOptions {
  /** Cells to each side of the maximum that the fit takes in; about 2 sigma. @default 4 */
  readonly radius?: number;
}

/**
 * Finds each map's maximum and from there the top of the Gaussian fitted to the cells around it, by weighted least squares on their
 * logarithms. Both layouts give the same bits; float64.
 *
 * Nothing is blurred, so nothing is lost at the border: a Gaussian comes back exactly wherever its maximum cell is, its centre up to
 * `radius` outside the map included. On noise it is as good as DARK inside the map and several times better near the border. For
 * maps of any codec that draws Gaussians (classic, unbiased, UDP); keypoints are heatmap pixels, the score is the maximum's value.
 *
 * The maximum's own cell where there is no such top (a maximum <= 0, too few cells, a saddle); NaN cells are passed over, a map
 * without a number gives NaN.
 *
 * @param out where to write; allocates only a small workspace then. @default new arrays
 * @throws SHAPE_MISMATCH when `data` or `out` do not fit the shape; OUT_OF_RANGE for a radius that is no whole number > 0
 * @see Guo, "A Simple Algorithm for Fitting a Gaussian Function", IEEE Signal Processing Magazine 2011, for the weights
 * @example
 * decodeByFit({ data, shape: [1, 17, 64, 48], layout: 'NCHW' }).keypoints; // heatmap pixels
 */
export function decodeByFit(
  maps: Heatmaps,
  options: DecodeByFitOptions = {},
  out?: KeypointArrays,
): DecodedKeypoints {
  const { radius = 4 } = options;
  requireInteger('radius', radius);
  const grid = checkHeatmaps(maps);
  const { batch, keypointCount, width, height } = grid;
  const count = batch * keypointCount;
  const { keypoints, scores } = keypointArrays(count, out);
  findPeaks(maps.data, grid, keypoints, scores);
  const fit = gaussianFit();
  const offset: [number, number] = [0, 0];
  const map: MapView = { data: maps.data, width, height, step: grid.cell, start: 0 };
  for (let n = 0; n < count; n++) {
    if (!(scores[n]! > 0)) continue;
    const image = Math.floor(n / keypointCount);
    map.start = image * grid.image + (n - image * keypointCount) * grid.keypoint;
    const [x, y] = [keypoints[n * 2]!, keypoints[n * 2 + 1]!];
    if (!fitOffset(map, x, y, radius, fit, offset)) continue;
    keypoints[n * 2] = x + offset[0];
    keypoints[n * 2 + 1] = y + offset[1];
  }
  return { keypoints, scores, batch, keypointCount };
}
