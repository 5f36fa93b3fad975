import {
  type EncodedHeatmaps,
  type EncodeOptions,
  encodeHeatmaps,
  type WeightedKeypoints,
} from './encode.js';
import { checkHeatmaps } from './heatmaps.js';
import { type EncodedRegression, encodeRegression } from './regression-encode.js';

export interface EncodeIntegralOptions extends EncodeOptions {
  /** Divide each heatmap by its sum, so that it compares with a softmax. @default true */
  readonly normalise?: boolean;
}

/** Coordinates [B, K, 2], heatmaps [B, H, W, K] or [B, K, H, W], and what each keypoint counts [B, K]. */
export interface EncodedIntegral extends EncodedHeatmaps, EncodedRegression {}

/**
 * Labels for integral regression: coordinates as `encodeRegression` gives them and heatmaps as `encodeHeatmaps`, each of sum 1.
 *
 * The weight is 1 for a keypoint inside the input whose heatmap is not empty, else 0. Decode a network's maps with `softArgmax`.
 *
 * @param out where to write. @default new arrays
 * @throws SHAPE_MISMATCH, OUT_OF_RANGE as both do
 * @see Sun et al., "Integral Human Pose Regression", ECCV 2018; mmpose's `IntegralRegressionLabel`
 */
export function encodeIntegral(
  labels: WeightedKeypoints,
  options: EncodeIntegralOptions,
  out?: EncodedIntegral,
): EncodedIntegral {
  const { normalise = true, layout = 'NHWC' } = options;
  const { batch, keypointCount, heatmapSize } = options;
  const { heatmaps, weights: drawn } = encodeHeatmaps(labels, options, out);
  const { coordinates, weights } = encodeRegression(
    { keypoints: labels.keypoints, weights: drawn },
    options,
    out,
  );
  if (normalise) {
    const { width, height } = heatmapSize;
    const shape =
      layout === 'NCHW'
        ? [batch, keypointCount, height, width]
        : [batch, height, width, keypointCount];
    const grid = checkHeatmaps({ data: heatmaps, shape, layout });
    for (let n = 0; n < weights.length; n++) {
      const image = Math.floor(n / keypointCount);
      const start = image * grid.image + (n - image * keypointCount) * grid.keypoint;
      const end = start + width * height * grid.cell;
      let sum = 0;
      for (let i = start; i < end; i += grid.cell) sum += heatmaps[i]!;
      if (sum === 0) continue;
      for (let i = start; i < end; i += grid.cell) heatmaps[i] = heatmaps[i]! / sum;
    }
  }
  return { coordinates, heatmaps, weights };
}
