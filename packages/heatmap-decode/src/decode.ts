import { blurKernel } from './blur-kernel.js';
import { darkOffset } from './dark.js';
import { checkHeatmaps, type Heatmaps, type MapView } from './heatmaps.js';
import { keypointArrays } from './keypoint-arrays.js';
import { patchBlur } from './patch-blur.js';
import { type PeakFinder, peakFinder } from './peaks.js';
import { quarterOffset } from './quarter.js';

export interface DecodeOptions {
  /** `none`: the cell itself. `quarter`: a quarter cell towards the larger neighbour. `dark`: Taylor step on the log map. @default 'dark' */
  readonly refine?: 'none' | 'quarter' | 'dark';
  /** What happens where nothing is found or near the border; see `decodeHeatmaps`. @default 'guarded' */
  readonly rules?: 'guarded' | 'mmpose' | 'hrnet';
  /** Side of DARK's Gaussian blur, odd; 1 is none. The references take 11 for sigma 2 and 17 for sigma 3. @default 11 */
  readonly blurKernel?: number;
  /** Its sigma. @default OpenCV's for that size: fixed kernels for 3, 5, 7, 9, else 0.3 ((size - 1) / 2 - 1) + 0.8 */
  readonly blurSigma?: number;
}

/** Where to write: x, y pairs [B, K, 2] and scores [B, K]. */
export interface KeypointArrays {
  readonly keypoints: Float32Array;
  readonly scores: Float32Array;
}

/** Keypoints of a batch, x, y pairs in heatmap pixels [B, K, 2], with a score each [B, K]. */
export interface DecodedKeypoints extends KeypointArrays {
  readonly batch: number;
  readonly keypointCount: number;
}

/**
 * Finds each map's maximum and refines it below the cell. Both layouts give the same bits.
 *
 * The score is the maximum's value. `rules`:
 * - `guarded`: the place of the maximum whatever its sign; NaN cells are passed over, a map without a number gives NaN. The
 *   quarter shift wants two neighbours on its axis. DARK is left out for a maximum <= 0, where the log map has no
 *   maximum, and where its step is longer than 2 cells.
 * - `mmpose`: (-1, -1) for a maximum <= 0; steps are taken as they come; quarter shift only beyond column (row) 1.
 * - `hrnet` (with `dark`: DarkPose): (0, 0) for a maximum <= 0; quarter shift only if 1 < x < W-1 and 1 < y < H-1 at once.
 *
 * All leave DARK out within two cells of the border. DARK runs in float64 and touches only cells near the peak.
 *
 * @param out where to write; allocates only a small workspace then. @default new arrays
 * @throws SHAPE_MISMATCH when `data` or `out` do not fit the shape; OUT_OF_RANGE for an even blur kernel
 * @see Zhang et al., "Distribution-Aware Coordinate Representation for Human Pose Estimation", CVPR 2020, for `dark`
 * @example
 * const decoded = decodeHeatmaps({ data, shape: [1, 17, 64, 48], layout: 'NCHW' });
 * const inImage = heatmapToImage(decoded.keypoints, crop, { width: 48, height: 64 });
 */
export function decodeHeatmaps(
  maps: Heatmaps,
  options: DecodeOptions = {},
  out?: KeypointArrays,
): DecodedKeypoints {
  return decodeWith(peakFinder, maps, options, out);
}

/** `decodeHeatmaps` with a way of its own to find maxima. */
export function decodeWith(
  finder: PeakFinder,
  maps: Heatmaps,
  options: DecodeOptions,
  out: KeypointArrays | undefined,
): DecodedKeypoints {
  const { refine = 'dark', rules = 'guarded' } = options;
  const grid = checkHeatmaps(maps);
  const { batch, keypointCount, width, height } = grid;
  const { keypoints, scores } = keypointArrays(batch * keypointCount, out);
  const offset: [number, number] = [0, 0];
  const map: MapView = { data: maps.data, width, height, step: grid.cell, start: 0 };
  const blur = patchBlur(blurKernel(options.blurKernel ?? 11, options.blurSigma), map);
  const find = finder(maps.data, grid, keypoints, scores);
  // Image by image, so that the maps are still in the cache when they are refined.
  for (let image = 0, i = 0; image < batch; image++) {
    find(image);
    for (let k = 0; k < keypointCount; k++, i += 2) {
      const score = scores[i / 2]!;
      if (rules !== 'guarded' && score <= 0) {
        keypoints[i] = keypoints[i + 1] = rules === 'mmpose' ? -1 : 0;
        continue;
      }
      if (refine === 'none' || Number.isNaN(score)) continue;
      const x = keypoints[i]!;
      const y = keypoints[i + 1]!;
      map.start = image * grid.image + k * grid.keypoint;
      if (refine === 'quarter') {
        quarterOffset(map, x, y, rules, offset);
      } else if (!(score > 0 && darkOffset(map, x, y, score, blur, offset, rules === 'guarded'))) {
        continue;
      }
      keypoints[i] = x + offset[0];
      keypoints[i + 1] = y + offset[1];
    }
  }
  return { keypoints, scores, batch, keypointCount };
}
