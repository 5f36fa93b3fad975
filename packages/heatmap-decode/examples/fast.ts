// The same calls from `/wasm`, several times faster where the engine has WebAssembly SIMD, and the same answers.
import * as plain from '@pose-distill/heatmap-decode';
import {
  decodeHeatmaps,
  encodeHeatmaps,
  hasWasm,
  warpImage,
} from '@pose-distill/heatmap-decode/wasm';

const inputSize = { width: 192, height: 256 };
const keypoints = Float32Array.of(61.3, 90.7, 140.2, 180.4);
const labels = { keypoints, weights: Float32Array.of(1, 1) };
const { heatmaps } = encodeHeatmaps(labels, {
  batch: 1,
  keypointCount: 2,
  inputSize,
  heatmapSize: { width: 48, height: 64 },
  unbiased: true,
});

const maps = { data: heatmaps, shape: [1, 64, 48, 2], layout: 'NHWC' } as const;
const fast = decodeHeatmaps(maps);
const slow = plain.decodeHeatmaps(maps);
const input = warpImage(
  { data: new Uint8Array(640 * 480 * 3).fill(128), width: 640, height: 480, channels: 3 },
  [0.4, 0, 0, 0, 0.4, 0],
  inputSize,
);

console.log('kernels', hasWasm()); // kernels true
console.log('same bits', fast.keypoints.join() === slow.keypoints.join()); // same bits true
console.log('input', input.length, input[0]!.toFixed(3)); // input 147456 0.502
