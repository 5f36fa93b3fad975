import { createRandom } from '@pose-distill/internal-random';
import * as plain from '../src/index.js';
import * as wasm from '../src/wasm.js';

/** Whether the kernels run on the page's own thread, and whether they give what the main entry gives. */
export default function compare(): Record<string, boolean | number> {
  const random = createRandom(2, 'wasm in a browser');
  const maps: plain.Heatmaps = {
    data: Float32Array.from({ length: 17 * 3072 }, () => random.normal()),
    shape: [1, 64, 48, 17],
    layout: 'NHWC',
  };
  const image: plain.Image = {
    data: Uint8ClampedArray.from({ length: 90 * 70 * 4 }, () => random.integer(256)),
    width: 90,
    height: 70,
    channels: 4,
  };
  const affine: plain.Affine = [0.8, 0.3, 4, -0.3, 0.8, 12];
  const size = { width: 48, height: 64 };
  const fast = wasm.warpImageToBytes(image, affine, size);
  const slow = plain.warpImageToBytes(image, affine, size);
  return {
    kernels: wasm.hasWasm(),
    same:
      wasm.decodeHeatmaps(maps).keypoints.join() === plain.decodeHeatmaps(maps).keypoints.join(),
    largest: fast.reduce((most, value, i) => Math.max(most, Math.abs(value - slow[i]!)), 0),
  };
}
