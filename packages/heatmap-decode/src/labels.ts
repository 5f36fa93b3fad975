import type { WeightedKeypoints } from './encode.js';
import { requireInteger, requireLength, requireRange } from './error.js';
import { type Grid, gridOf, type Layout } from './heatmaps.js';
import { requirePixelSize, type Size } from './size.js';

/** How many keypoints there are, and the input they lie in. */
export interface LabelOptions {
  readonly batch: number;
  readonly keypointCount: number;
  /** Size of the network's input, the space of the keypoints. */
  readonly inputSize: Size;
}

/** Checks labels against their counts and gives the number of keypoints, B x K. @throws SHAPE_MISMATCH, OUT_OF_RANGE */
export function checkLabels(labels: WeightedKeypoints, options: LabelOptions): number {
  const { batch, keypointCount, inputSize } = options;
  requireInteger('batch', batch, 0);
  requireInteger('keypointCount', keypointCount);
  requirePixelSize('inputSize', inputSize);
  const count = batch * keypointCount;
  requireLength('keypoints', labels.keypoints.length, count * 2, 'batch x keypointCount x 2');
  requireLength('weights', labels.weights.length, count, 'batch x keypointCount');
  return count;
}

/** Maps to draw into and their steps; `channels` maps a keypoint. Arrays of `out` are cleared. @throws SHAPE_MISMATCH */
export function prepareMaps(
  options: LabelOptions & { readonly heatmapSize: Size; readonly layout?: Layout },
  channels: number,
  out: { readonly heatmaps: Float32Array; readonly weights: Float32Array } | undefined,
): { heatmaps: Float32Array; weights: Float32Array; grid: Grid } {
  const { batch, keypointCount, heatmapSize, layout = 'NHWC' } = options;
  requirePixelSize('heatmapSize', heatmapSize);
  requireRange(layout === 'NHWC' || layout === 'NCHW', 'layout', "'NHWC' or 'NCHW'", layout);
  const { width, height } = heatmapSize;
  const maps = batch * keypointCount * channels;
  const heatmaps = out?.heatmaps ?? new Float32Array(maps * width * height);
  const weights = out?.weights ?? new Float32Array(batch * keypointCount);
  requireLength('out.heatmaps', heatmaps.length, maps * width * height, 'maps x height x width');
  requireLength('out.weights', weights.length, batch * keypointCount, 'batch x keypointCount');
  if (out) heatmaps.fill(0);
  return {
    heatmaps,
    weights,
    grid: gridOf(layout, batch, keypointCount * channels, width, height),
  };
}
