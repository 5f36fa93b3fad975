import type { EncodedHeatmaps, WeightedKeypoints } from './encode.js';
import { requireRange } from './error.js';
import type { Layout } from './heatmaps.js';
import { checkLabels, type LabelOptions, prepareMaps } from './labels.js';
import type { Size } from './size.js';
import { udpStride } from './udp-encode.js';

export interface EncodeUdpCombinedOptions extends LabelOptions {
  readonly heatmapSize: Size;
  /** Radius of the disc that counts as the keypoint, as a share of the map's longer side. @default 0.0546875, 3.5 cells of 64 */
  readonly radiusFactor?: number;
  /** @default 'NHWC' */
  readonly layout?: Layout;
  /** What a keypoint counts whose disc misses the map: as much as before (`mmpose`), or nothing (`guarded`). @default 'guarded' */
  readonly rules?: 'mmpose' | 'guarded';
}

/**
 * Draws three maps per keypoint: a disc of ones, and over the whole map the way from each cell to the keypoint along x and y, in radii
 * of the disc. A loss counts offsets where the disc is.
 *
 * Heatmap pixel = input pixel * (heatmapSize - 1) / (inputSize - 1). A keypoint of weight < 0.5 is not drawn and keeps its weight;
 * one that is not finite gets empty maps and weight 0.
 *
 * @param out where to write. @default new arrays
 * @returns `heatmaps` [B, H, W, 3K] or [B, 3K, H, W], the channels of keypoint k at 3k (disc), 3k + 1 (x), 3k + 2 (y), and `weights` [B, K]
 * @throws SHAPE_MISMATCH when an array's length differs from what the counts ask; OUT_OF_RANGE for a radius <= 0 or sides of 1 pixel
 * @see Huang et al., "The Devil is in the Details", CVPR 2020; mmpose's `UDPHeatmap`, type `combined`
 */
export function encodeUdpCombined(
  labels: WeightedKeypoints,
  options: EncodeUdpCombinedOptions,
  out?: EncodedHeatmaps,
): EncodedHeatmaps {
  const { keypointCount, heatmapSize } = options;
  const count = checkLabels(labels, options);
  const stride = udpStride(options.inputSize, heatmapSize);
  const radius = discRadius(options.radiusFactor, heatmapSize);
  const { heatmaps, weights, grid } = prepareMaps(options, 3, out);
  const { width, height, cell, keypoint } = grid;
  for (let n = 0; n < count; n++) {
    const weight = labels.weights[n]!;
    weights[n] = weight;
    if (weight < 0.5) continue;
    const x = Math.fround(labels.keypoints[n * 2]! / stride.x);
    const y = Math.fround(labels.keypoints[n * 2 + 1]! / stride.y);
    if (!Number.isFinite(x + y)) {
      weights[n] = 0;
      continue;
    }
    const image = Math.floor(n / keypointCount);
    const start = image * grid.image + (n - image * keypointCount) * 3 * keypoint;
    let drawn = false;
    for (let row = 0; row < height; row++) {
      const alongY = (y - row) / radius;
      for (let column = 0; column < width; column++) {
        const alongX = (x - column) / radius;
        const at = start + (row * width + column) * cell;
        if (alongX * alongX + alongY * alongY <= 1) {
          heatmaps[at] = 1;
          drawn = true;
        }
        heatmaps[at + keypoint] = alongX;
        heatmaps[at + 2 * keypoint] = alongY;
      }
    }
    if (!drawn && options.rules !== 'mmpose') weights[n] = 0;
  }
  return { heatmaps, weights };
}

/** The disc's radius in cells. @throws OUT_OF_RANGE */
export function discRadius(radiusFactor: number | undefined, heatmapSize: Size): number {
  const factor = radiusFactor ?? 0.0546875;
  requireRange(factor > 0 && factor < Infinity, 'radiusFactor', 'a number > 0', factor);
  return factor * Math.max(heatmapSize.width, heatmapSize.height);
}
