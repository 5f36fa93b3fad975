import { blurKernel } from './blur-kernel.js';
import type { DecodedKeypoints, KeypointArrays } from './decode.js';
import { requireInteger, requireRange } from './error.js';
import { checkHeatmaps, type Heatmaps, type MapView } from './heatmaps.js';
import { keypointArrays } from './keypoint-arrays.js';
import { type BlurredPeak, findBlurredPeak, reflectedBlur } from './reflected-blur.js';
import { discRadius } from './udp-combined-encode.js';

export interface DecodeUdpCombinedOptions {
  /** As in encoding. @default 0.0546875 */
  readonly radiusFactor?: number;
  /** How the offsets are read; see `decodeUdpCombined`. @default 'voted' */
  readonly rules?: 'voted' | 'mmpose';
  /** The disc maps are blurred by a Gaussian of twice this plus 1 cells to a side. @default 11 */
  readonly blurKernel?: number;
}

/**
 * Finds each keypoint in its disc and offset maps [B, H, W, 3K] or [B, 3K, H, W].
 *
 * The maximum of the blurred disc map gives a cell and the score. From there
 * - `voted`: every cell within the disc's radius (plus one) names a place, itself plus its offset, and counts with the square of its
 *   disc value: exact on clean maps, at the border too. Without a positive cell around, the cell itself.
 * - `mmpose`: the offset maps are read at the cell alone. Where no blurred cell is positive it gives (-1, -1) plus an offset read
 *   from the maps of the keypoint before, as the reference does.
 *
 * Keypoints are heatmap pixels; both take them to the input and the image as after `decodeUdpHeatmaps`.
 *
 * @param out where to write. @default new arrays
 * @throws SHAPE_MISMATCH when an array does not fit; OUT_OF_RANGE when the channels are no multiple of 3
 * @see Huang et al., "The Devil is in the Details", CVPR 2020; mmpose's `UDPHeatmap`, type `combined`
 */
export function decodeUdpCombined(
  maps: Heatmaps,
  options: DecodeUdpCombinedOptions = {},
  out?: KeypointArrays,
): DecodedKeypoints {
  const { rules = 'voted', blurKernel: size = 11 } = options;
  const grid = checkHeatmaps(maps);
  const { batch, width, height } = grid;
  const keypointCount = keypointsOfTriples(grid.keypointCount);
  const radius = discRadius(options.radiusFactor, grid);
  requireInteger('blurKernel', size, 0);
  const blur = reflectedBlur(blurKernel(2 * size + 1), width, height);
  const { keypoints, scores } = keypointArrays(batch * keypointCount, out);
  const cells = width * height;
  const peak: BlurredPeak = { index: -1, value: NaN };
  const map: MapView = { data: maps.data, width, height, step: grid.cell, start: 0 };
  for (let n = 0; n < scores.length; n++) {
    const image = Math.floor(n / keypointCount);
    const k = n - image * keypointCount;
    const channel = (index: number): number => image * grid.image + index * grid.keypoint;
    map.start = channel(3 * k);
    findBlurredPeak(map, blur, peak);
    const { index, value: score } = peak;
    scores[n] = index < 0 ? NaN : score;
    if (index < 0) {
      keypoints.fill(NaN, n * 2, n * 2 + 2);
    } else if (rules === 'voted') {
      const [x, y] = [index % width, Math.floor(index / width)];
      [keypoints[n * 2], keypoints[n * 2 + 1]] = vote(map, grid.keypoint, x, y, radius);
    } else {
      const missing = score <= 0;
      const [x, y] = missing ? [-1, -1] : [index % width, Math.floor(index / width)];
      // The reference's index of (-1, -1) runs back into the maps of the keypoint before, from the first to the last.
      const total = keypointCount * cells;
      const flat = (((k * cells + y * width + x) % total) + total) % total;
      const owner = Math.floor(flat / cells);
      const cell = flat - owner * cells;
      for (let axis = 0; axis < 2; axis++) {
        const offset = maps.data[channel(3 * owner + 1 + axis) + cell * grid.cell]!;
        keypoints[n * 2 + axis] = (axis === 0 ? x : y) + offset * radius;
      }
    }
  }
  return { keypoints, scores, batch, keypointCount };
}

/** Mean of the places that the cells around (x, y) name, by the square of what the disc says of them. */
function vote(
  map: MapView,
  channel: number,
  x: number,
  y: number,
  radius: number,
): [x: number, y: number] {
  const { data, width, height, step, start } = map;
  const reach = Math.floor(radius) + 1;
  let [sum, alongX, alongY] = [0, 0, 0];
  for (let row = Math.max(0, y - reach); row <= Math.min(height - 1, y + reach); row++) {
    for (let column = Math.max(0, x - reach); column <= Math.min(width - 1, x + reach); column++) {
      const at = start + (row * width + column) * step;
      const disc = data[at]!;
      if (!(disc > 0)) continue;
      const weight = disc * disc;
      sum += weight;
      alongX += weight * (column - x + data[at + channel]! * radius);
      alongY += weight * (row - y + data[at + 2 * channel]! * radius);
    }
  }
  return sum > 0 ? [x + alongX / sum, y + alongY / sum] : [x, y];
}

/** Number of keypoints behind maps that come in threes. @throws OUT_OF_RANGE */
export function keypointsOfTriples(channels: number): number {
  requireRange(
    channels % 3 === 0,
    'channels',
    'a multiple of 3 (disc, x and y offset of each keypoint)',
    channels,
  );
  return channels / 3;
}
