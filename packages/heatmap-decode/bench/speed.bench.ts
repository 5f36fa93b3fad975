import { bench, describe } from 'vitest';
import {
  averageFlipped,
  cropFromBox,
  cropTransform,
  decodeHeatmaps,
  encodeHeatmaps,
  type Layout,
  softArgmax,
  warpImage,
} from '../src/index.js';

const inputSize = { width: 192, height: 256 };
const heatmapSize = { width: 48, height: 64 };
const keypoints = Float32Array.from({ length: 34 }, (_, i) => 20 + ((i * 37) % 150));
const weights = new Float32Array(17).fill(1);
const order = Array.from({ length: 17 }, (_, k) => k);

for (const layout of ['NCHW', 'NHWC'] as Layout[]) {
  describe(`17 heatmaps of 48x64, ${layout}`, () => {
    const options = { batch: 1, keypointCount: 17, inputSize, heatmapSize, layout };
    const target = encodeHeatmaps({ keypoints, weights }, options);
    const shape = layout === 'NCHW' ? ([1, 17, 64, 48] as const) : ([1, 64, 48, 17] as const);
    const data = target.heatmaps.map((value, i) => value + 0.01 * Math.sin(i));
    const maps = { data, shape, layout };
    const out = { keypoints: new Float32Array(34), scores: new Float32Array(17) };
    const mean = new Float32Array(data.length);
    bench('encode', () => void encodeHeatmaps({ keypoints, weights }, options, target));
    bench('decode, none', () => void decodeHeatmaps(maps, { refine: 'none' }, out));
    bench('decode, dark', () => void decodeHeatmaps(maps, {}, out));
    bench('soft-argmax', () => void softArgmax(maps, {}, out));
    bench('average flipped', () => void averageFlipped(maps, maps, order, {}, mean));
  });
}

describe('warp', () => {
  const data = Uint8Array.from({ length: 224 * 224 * 3 }, (_, i) => (i * 7919) % 256);
  const image = { data, width: 224, height: 224, channels: 3 } as const;
  const size = { width: 128, height: 128 };
  const crop = cropFromBox({ x: 30, y: 20, width: 140, height: 160 }, size);
  const affine = cropTransform(crop, size, { rotation: 17 });
  const out = new Float32Array(128 * 128 * 3);
  bench('224x224 -> 128x128 RGB', () => void warpImage(image, affine, size, { out }));
});
