import type { EncodedHeatmaps, WeightedKeypoints } from './encode.js';
import { requireRange } from './error.js';
import type { Layout } from './heatmaps.js';
import { checkLabels, type LabelOptions, prepareMaps } from './labels.js';
import type { Size } from './size.js';

export interface EncodeUdpOptions extends LabelOptions {
  readonly heatmapSize: Size;
  /** Width of the Gaussian in heatmap pixels. @default 2 */
  readonly sigma?: number;
  /** @default 'NHWC' */
  readonly layout?: Layout;
  /** Whose rules at the left and top border; see `encodeUdpHeatmaps`. @default 'guarded' */
  readonly rules?: 'mmpose' | 'guarded';
}

/**
 * Draws one Gaussian heatmap per keypoint as UDP does: a patch on the nearest cell, the Gaussian centred on the keypoint itself.
 *
 * Heatmap pixel = input pixel * (heatmapSize - 1) / (inputSize - 1). The patch reaches 3 sigma to each side of the cell
 * trunc(x + 0.5); the weight becomes 0 where it misses the map. A keypoint of weight < 0.5 is not drawn and keeps its weight;
 * one that is not finite gets an empty map and weight 0.
 *
 * `mmpose` truncates the patch's corners toward zero, as the reference does: where 3 sigma are not whole (sigma 1.5), a patch cut at
 * the left or top border lies one cell too far in, and a patch that ends just outside keeps its weight. `guarded` does neither.
 *
 * @param out where to write. @default new arrays
 * @returns `heatmaps` [B, H, W, K] or [B, K, H, W] and `weights` [B, K] (of `out` when given)
 * @throws SHAPE_MISMATCH when an array's length differs from what the counts ask; OUT_OF_RANGE for sigma <= 0 or sides of 1 pixel
 * @see Huang et al., "The Devil is in the Details", CVPR 2020; mmpose's `UDPHeatmap`, type `gaussian`
 * @example
 * const { heatmaps, weights } = encodeUdpHeatmaps(
 *   { keypoints: Float32Array.of(95.5, 127.5), weights: Float32Array.of(1) },
 *   { batch: 1, keypointCount: 1, inputSize: { width: 192, height: 256 }, heatmapSize: { width: 48, height: 64 } },
 * ); // the mean of cells 23 and 24, 31 and 32
 */
export function encodeUdpHeatmaps(
  labels: WeightedKeypoints,
  options: EncodeUdpOptions,
  out?: EncodedHeatmaps,
): EncodedHeatmaps {
  const { keypointCount, heatmapSize, sigma = 2, rules = 'guarded' } = options;
  const guarded = rules === 'guarded';
  const count = checkLabels(labels, options);
  requireRange(sigma > 0 && sigma < Infinity, 'sigma', 'a number > 0', sigma);
  const stride = udpStride(options.inputSize, heatmapSize);
  const { heatmaps, weights, grid } = prepareMaps(options, 1, out);
  const columns = newLine(grid.width);
  const rows = newLine(grid.height);
  for (let n = 0; n < count; n++) {
    const weight = labels.weights[n]!;
    weights[n] = weight;
    if (weight < 0.5) continue;
    const x = Math.fround(labels.keypoints[n * 2]! / stride.x);
    const y = Math.fround(labels.keypoints[n * 2 + 1]! / stride.y);
    if (!(place(columns, x, sigma, guarded) && place(rows, y, sigma, guarded))) {
      weights[n] = 0;
      continue;
    }
    const image = Math.floor(n / keypointCount);
    const start = image * grid.image + (n - image * keypointCount) * grid.keypoint;
    for (let row = rows.from; row < rows.to; row++) {
      const factor = rows.values[row]!;
      const line = start + row * grid.width * grid.cell;
      for (let column = columns.from; column < columns.to; column++) {
        heatmaps[line + column * grid.cell] = factor * columns.values[column]!;
      }
    }
  }
  return { heatmaps, weights };
}

/** Input pixels per heatmap pixel between first and last pixel centres, in float32 as the reference has them. */
export function udpStride(inputSize: Size, heatmapSize: Size): { x: number; y: number } {
  for (const [name, size] of [
    ['inputSize', inputSize],
    ['heatmapSize', heatmapSize],
  ] as const) {
    const holds = size.width > 1 && size.height > 1;
    requireRange(holds, name, 'at least 2x2 with udp', `${size.width}x${size.height}`);
  }
  return {
    x: Math.fround((inputSize.width - 1) / (heatmapSize.width - 1)),
    y: Math.fround((inputSize.height - 1) / (heatmapSize.height - 1)),
  };
}

/** A Gaussian along one axis, drawn on the cells `from` to `to`. */
interface Line {
  readonly values: Float64Array;
  from: number;
  to: number;
}

function newLine(size: number): Line {
  return { values: new Float64Array(size), from: 0, to: 0 };
}

/** Draws the Gaussian around `centre` on the patch of its cell; false when the patch misses the map. */
function place(line: Line, centre: number, sigma: number, guarded: boolean): boolean {
  const size = line.values.length;
  const radius = sigma * 3;
  const round = guarded ? Math.floor : Math.trunc;
  const cell = round(Math.fround(centre + 0.5));
  const low = round(cell - radius);
  const high = round(cell + radius + 1);
  if (!(low < size && (guarded ? high > 0 : high >= 0))) return false;
  // A patch of side 2 radius + 1 holds its cell at the floor of half its side, counted from its first cell.
  const inPatch = low + Math.floor((2 * radius + 1) / 2) + (centre - cell);
  const peak = guarded ? centre : inPatch;
  const falloff = -1 / (2 * sigma * sigma);
  line.from = Math.max(0, low);
  line.to = Math.min(size, high);
  for (let i = line.from; i < line.to; i++) {
    line.values[i] = Math.exp(falloff * (i - peak) * (i - peak));
  }
  return true;
}
