import { requireLength, requireRange } from './error.js';
import {
  gaussianAxis,
  gaussianPatch,
  placeGaussian,
  placePatch,
  reachOf,
} from './gaussian-axes.js';
import { drawMaps, type ImageMaps, type MapDrawer } from './gaussian-maps.js';
import { gridOf, type Layout } from './heatmaps.js';
import { checkLabels, type LabelOptions } from './labels.js';
import { requirePixelSize, type Size } from './size.js';

/** Keypoints of a batch: x, y pairs in input pixels [B, K, 2] and weights in 0..1 [B, K]. */
export interface WeightedKeypoints {
  readonly keypoints: Float32Array;
  readonly weights: Float32Array;
}

export interface EncodeOptions extends LabelOptions {
  readonly heatmapSize: Size;
  /** Width of the Gaussian in heatmap pixels. @default 2 */
  readonly sigma?: number;
  /** Centre the Gaussian on the keypoint itself and let it cover the map, instead of a patch on the nearest cell. @default false */
  readonly unbiased?: boolean;
  /** @default 'NHWC' */
  readonly layout?: Layout;
  /** Whose rules at the borders, and where the references differ; see `encodeHeatmaps`. @default 'guarded' */
  readonly rules?: 'guarded' | 'mmpose' | 'hrnet';
}

/** Heatmaps [B, H, W, K] or [B, K, H, W] and what each keypoint counts [B, K]. */
export interface EncodedHeatmaps {
  readonly heatmaps: Float32Array;
  readonly weights: Float32Array;
}

/**
 * Draws one Gaussian heatmap per keypoint, as HRNet and mmpose (MSRAHeatmap) do; `unbiased` as DARK does.
 *
 * Heatmap pixel = input pixel * heatmapSize / inputSize. The standard form puts a patch of 3 sigma to each side, peak 1, on
 * the cell nearest to the keypoint, a half upwards; the weight becomes 0 where the patch misses the map. A keypoint of weight < 0.5 is not
 * drawn and keeps its weight; one that is not finite gets an empty map and weight 0.
 *
 * The references truncate toward zero: a keypoint up to a cell and a half left of the map counts as on its first cell, a patch that ends exactly at
 * the border keeps weight 1 though it is empty, and for a sigma whose triple is not whole, a patch cut at the top or left border lies one cell
 * too far in. `guarded` does none of this. Of the two, `mmpose` works in float32; `hrnet` works in float64, leaves weights <= 0.5 undrawn, and
 * sets the weight of any that misses the map to 0. With `unbiased`, `mmpose` judges the miss by real corners and `hrnet` (DarkPose)
 * by truncated ones.
 *
 * @param out where to write. @default new arrays
 * @returns `heatmaps` and `weights` (of `out` when given)
 * @throws SHAPE_MISMATCH when an array's length differs from what the counts ask; OUT_OF_RANGE for sizes or sigma <= 0
 * @see Zhang et al., "Distribution-Aware Coordinate Representation", CVPR 2020, for `unbiased`
 * @example
 * const { heatmaps, weights } = encodeHeatmaps(
 *   { keypoints: Float32Array.of(96, 128), weights: Float32Array.of(1) },
 *   { batch: 1, keypointCount: 1, inputSize: { width: 192, height: 256 }, heatmapSize: { width: 48, height: 64 } },
 * ); // heatmaps[32 * 48 + 24] === 1
 */
export function encodeHeatmaps(
  labels: WeightedKeypoints,
  options: EncodeOptions,
  out?: EncodedHeatmaps,
): EncodedHeatmaps {
  return encodeWith(drawMaps, labels, options, out);
}

/** `encodeHeatmaps` with a way of its own to draw. */
export function encodeWith(
  draw: MapDrawer,
  labels: WeightedKeypoints,
  options: EncodeOptions,
  out: EncodedHeatmaps | undefined,
): EncodedHeatmaps {
  const { batch, keypointCount, inputSize, heatmapSize } = options;
  const count = checkLabels(labels, options);
  const { sigma = 2, unbiased = false, layout = 'NHWC', rules = 'guarded' } = options;
  requirePixelSize('heatmapSize', heatmapSize);
  requireRange(sigma > 0 && sigma < Infinity, 'sigma', 'a number > 0', sigma);
  const { width, height } = heatmapSize;
  const length = count * width * height;
  const heatmaps = out?.heatmaps ?? new Float32Array(length);
  const weights = out?.weights ?? new Float32Array(count);
  requireLength('out.heatmaps', heatmaps.length, length, 'batch x height x width x keypointCount');
  requireLength('out.weights', weights.length, count, 'batch x keypointCount');

  const [guarded, hrnet] = [rules === 'guarded', rules === 'hrnet'];
  // The rounding decides which cell a half falls into, so it is the reference's own.
  const round = rules === 'mmpose' ? Math.fround : (value: number) => value;
  const whole = guarded ? Math.floor : Math.trunc;
  const strideX = round(inputSize.width / width);
  const strideY = round(inputSize.height / height);
  const grid = gridOf(layout, batch, keypointCount, width, height);
  const columns = gaussianAxis(width, keypointCount);
  const rows = gaussianAxis(height, keypointCount);
  const maps: ImageMaps = {
    columns,
    rows,
    reach: unbiased ? reachOf(sigma) : Infinity,
    out: heatmaps,
    length: grid.image,
    keypoint: grid.keypoint,
    cell: grid.cell,
    used: out !== undefined,
    start: 0,
  };
  const radius = guarded && !unbiased ? Math.floor(sigma * 3) : sigma * 3;
  const patch = gaussianPatch(sigma, radius);
  // Real corners for unbiased maps, but truncated ones as HRNet has them; whole ones for patches.
  const corner = !unbiased || hrnet ? (value: number) => whole(round(value)) : round;

  for (let b = 0, n = 0; b < batch; b++) {
    for (let k = 0; k < keypointCount; k++, n++) {
      columns.to[k] = rows.to[k] = 0;
      const weight = labels.weights[n]!;
      weights[n] = weight;
      const ignored = hrnet ? !(weight > 0.5) : weight < 0.5;
      if (ignored && !hrnet) continue;
      let x = round(labels.keypoints[n * 2]! / strideX);
      let y = round(labels.keypoints[n * 2 + 1]! / strideY);
      if (!unbiased) {
        x = whole(round(x + 0.5));
        y = whole(round(y + 0.5));
      }
      const [left, right] = [corner(x - radius), corner(x + radius + 1)];
      const [top, bottom] = [corner(y - radius), corner(y + radius + 1)];
      const [reachesIn, reachesDown] = guarded
        ? [right > 0, bottom > 0]
        : [right >= 0, bottom >= 0];
      const hits = left < width && reachesIn && top < height && reachesDown;
      if (!hits) weights[n] = 0;
      if (!hits || ignored) continue;
      if (unbiased) {
        placeGaussian(columns, k, x, sigma);
        placeGaussian(rows, k, y, sigma);
      } else {
        placePatch(columns, k, patch, left, right);
        placePatch(rows, k, patch, top, bottom);
      }
    }
    maps.start = b * grid.image;
    draw(maps);
  }
  return { heatmaps, weights };
}
