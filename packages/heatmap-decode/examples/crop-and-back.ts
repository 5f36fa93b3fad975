// A person's box, the crop a network sees, heatmaps, and the keypoints back in the image.
import {
  cropFromBox,
  cropTransform,
  decodeHeatmaps,
  encodeHeatmaps,
  heatmapToImage,
  toPoses,
  transformPoints,
  warpImage,
} from '@pose-distill/heatmap-decode';

const inputSize = { width: 192, height: 256 };
const heatmapSize = { width: 48, height: 64 };
const photo = {
  data: new Uint8Array(640 * 480 * 3).fill(128),
  width: 640,
  height: 480,
  channels: 3,
} as const;

const crop = cropFromBox({ x: 200, y: 100, width: 120, height: 300 }, inputSize);
const toInput = cropTransform(crop, inputSize);
const input = warpImage(photo, toInput, inputSize); // [256, 192, 3], what the network is given

// Stands for the network: perfect heatmaps of two keypoints.
const inImage = Float32Array.of(251.3, 140.7, 290.2, 220.4);
const { heatmaps } = encodeHeatmaps(
  { keypoints: transformPoints(inImage, toInput), weights: Float32Array.of(1, 1) },
  { batch: 1, keypointCount: 2, inputSize, heatmapSize, unbiased: true },
);

const decoded = decodeHeatmaps({ data: heatmaps, shape: [1, 64, 48, 2], layout: 'NHWC' });
const keypoints = heatmapToImage(decoded.keypoints, crop, heatmapSize);
const [pose] = toPoses({ ...decoded, keypoints }, { names: ['nose', 'left_wrist'] });

console.log('input', input.length); // input 147456
for (const { name, x, y } of pose!.keypoints) console.log(name, x.toFixed(1), y.toFixed(1));
// nose 251.3 140.7
// left_wrist 290.2 220.4
