import { blurKernel } from './blur-kernel.js';
import type { DecodedKeypoints, KeypointArrays } from './decode.js';
import { checkHeatmaps, type Heatmaps, type MapView } from './heatmaps.js';
import { keypointArrays } from './keypoint-arrays.js';
import { blurredMaximum } from './map-blur.js';
import { blurAround, type PatchBlur, patchBlur } from './patch-blur.js';
import { type PeakFinder, peakFinder } from './peaks.js';

export interface DecodeUdpOptions {
  /** What happens where nothing is found or the step leads nowhere; see `decodeUdpHeatmaps`. @default 'guarded' */
  readonly rules?: 'guarded' | 'mmpose';
  /** Side of the Gaussian blur, odd; 1 is none. The reference takes 11 for sigma 2 and 17 for sigma 3. @default 11 */
  readonly blurKernel?: number;
  /** Its sigma. @default OpenCV's for that size: fixed kernels for 3, 5, 7, 9, else 0.3 ((size - 1) / 2 - 1) + 0.8 */
  readonly blurSigma?: number;
}

/** The blurred map, rescaled to its old maximum, is held within these before its logarithm is taken. */
const [FLOOR, CEILING] = [1e-3, 50];
/** Cells of the 5x5 block that the differences read. */
const USED = [6, 7, 11, 12, 13, 17, 18];
/** Added to both second derivatives: float32's epsilon, 2^-23. */
const EPSILON = 1.1920928955078125e-7;
/** A longer step is not for differences of one cell to say. */
const REACH = 2;

/**
 * Finds each map's maximum and refines it with UDP's form of DARK: differences of one cell on the logarithm of the blurred map,
 * at the border too, where the map goes on as its last cells. Both layouts give the same bits; float64.
 *
 * Keypoints are heatmap pixels; take them to the input with `heatmapToInput(…, { convention: 'udp' })` (`udp-mmpose` for mmpose's
 * scale, which does not undo its encoding) and to the image with `heatmapToImage(…, { convention: 'udp' })`. `rules`:
 * - `guarded`: the place of the maximum whatever its sign; a step is left out for a maximum <= 0, away from a maximum, and when
 *   longer than 2 cells.
 * - `mmpose`: steps are taken as they come. A maximum <= 0 gives NaN (the reference gives that for empty maps, and for negative
 *   ones what lies in the map before).
 *
 * @param out where to write; allocates only a small workspace then. @default new arrays
 * @throws SHAPE_MISMATCH when `data` or `out` do not fit the shape; OUT_OF_RANGE for an even blur kernel
 * @see Huang et al., "The Devil is in the Details", CVPR 2020; mmpose's `UDPHeatmap`, type `gaussian`
 * @example
 * const decoded = decodeUdpHeatmaps({ data, shape: [1, 17, 64, 48], layout: 'NCHW' });
 * const inImage = heatmapToImage(decoded.keypoints, crop, { width: 48, height: 64 }, { convention: 'udp' });
 */
export function decodeUdpHeatmaps(
  maps: Heatmaps,
  options: DecodeUdpOptions = {},
  out?: KeypointArrays,
): DecodedKeypoints {
  return decodeUdpWith(peakFinder, maps, options, out);
}

/** `decodeUdpHeatmaps` with a way of its own to find maxima. */
export function decodeUdpWith(
  finder: PeakFinder,
  maps: Heatmaps,
  options: DecodeUdpOptions,
  out: KeypointArrays | undefined,
): DecodedKeypoints {
  const { rules = 'guarded', blurKernel: size = 11, blurSigma } = options;
  const guarded = rules === 'guarded';
  const grid = checkHeatmaps(maps);
  const { batch, keypointCount, width, height } = grid;
  const { keypoints, scores } = keypointArrays(batch * keypointCount, out);
  const offset: [number, number] = [0, 0];
  const map: MapView = { data: maps.data, width, height, step: grid.cell, start: 0 };
  const blur = patchBlur(blurKernel(size, blurSigma), map);
  const find = finder(maps.data, grid, keypoints, scores);
  // Image by image, so that the maps are still in the cache when they are refined.
  for (let image = 0, n = 0; image < batch; image++) {
    find(image);
    for (let k = 0; k < keypointCount; k++, n++) {
      const score = scores[n]!;
      if (!(score > 0)) {
        if (!guarded) keypoints.fill(NaN, n * 2, n * 2 + 2);
        continue;
      }
      map.start = image * grid.image + k * grid.keypoint;
      const x = keypoints[n * 2]!;
      const y = keypoints[n * 2 + 1]!;
      if (!logStep(map, x, y, score, blur, offset, guarded)) continue;
      keypoints[n * 2] = x + offset[0];
      keypoints[n * 2 + 1] = y + offset[1];
    }
  }
  return { keypoints, scores, batch, keypointCount };
}

/** One Newton step on the logarithm of the blurred map at its peak (x, y), into `offset`; false when there is none to take. */
function logStep(
  map: MapView,
  x: number,
  y: number,
  peak: number,
  blur: PatchBlur,
  offset: [number, number],
  guarded: boolean,
): boolean {
  // Cells outside the map are those at its edge.
  const [left, right] = [x > 0 ? 1 : 2, x < map.width - 1 ? 3 : 2];
  const [up, down] = [y > 0 ? 1 : 2, y < map.height - 1 ? 3 : 2];
  const { block } = blur;
  const least = blurAround(map, x, y, blur, USED);
  // Rescaling the blurred map to its old maximum only matters where it meets the bounds: it makes cells larger, up to the peak.
  const scale = least >= FLOOR && peak <= CEILING ? 1 : peak / blurredMaximum(map, blur);
  const at = (row: number, column: number): number =>
    Math.log(Math.min(Math.max(block[row * 5 + column]! * scale, FLOOR), CEILING));
  const centre = at(2, 2);
  const [west, east, north, south] = [at(2, left), at(2, right), at(up, 2), at(down, 2)];
  const dx = (east - west) / 2;
  const dy = (south - north) / 2;
  const dxx = east - 2 * centre + west + EPSILON;
  const dyy = south - 2 * centre + north + EPSILON;
  const dxy = (at(down, right) - east - south + 2 * centre - west - north + at(up, left)) / 2;
  const determinant = dxx * dyy - dxy * dxy;
  if (guarded && !(dxx < 0 && determinant > 0)) return false;
  offset[0] = (dxy * dy - dyy * dx) / determinant;
  offset[1] = (dxy * dx - dxx * dy) / determinant;
  const length = Math.max(Math.abs(offset[0]), Math.abs(offset[1]));
  return guarded ? length <= REACH : true;
}
