/**
 * Times this project's decoding, encoding and warping: `node ours.js FOLDER plain|wasm SAMPLES` prints one JSON line and leaves its
 * answers in FOLDER for the comparison.
 */
import { writeFileSync } from 'node:fs';
import * as plain from '@pose-distill/heatmap-decode';
import * as wasm from '@pose-distill/heatmap-decode/wasm';
import {
  CROPS,
  DEVIATION,
  HEATMAP,
  IMAGE,
  INPUT,
  KEYPOINTS,
  MEAN,
  PEOPLE,
  readInput,
} from './inputs.js';

const [folder, variant, samples] = process.argv.slice(2);
const api = variant === 'wasm' ? { ...plain, ...wasm } : plain;

const { width, height } = HEATMAP;
const cells = width * height;
const count = PEOPLE * KEYPOINTS;
const first = new Float32Array(readInput(folder, 'maps.f32').buffer);
const last = new Float32Array(first.length);
for (let n = 0; n < count; n++) {
  const [person, k] = [Math.floor(n / KEYPOINTS), n % KEYPOINTS];
  for (let i = 0; i < cells; i++) {
    last[(person * cells + i) * KEYPOINTS + k] = first[n * cells + i];
  }
}
const points = new Float32Array(readInput(folder, 'points.f32').buffer);
const rgb = readInput(folder, 'image.u8');
const rgba = new Uint8Array((rgb.length / 3) * 4);
for (let i = 0; i < rgb.length; i++) rgba[Math.floor(i / 3) * 4 + (i % 3)] = rgb[i];
const images = {
  RGB: { data: rgb, ...IMAGE, channels: 3 },
  RGBA: { data: rgba, ...IMAGE, channels: 4 },
  'RGB float32': { data: Float32Array.from(rgb), ...IMAGE, channels: 3 },
};

const maps = {
  NCHW: { data: first, shape: [PEOPLE, KEYPOINTS, height, width], layout: 'NCHW' },
  NHWC: { data: last, shape: [PEOPLE, height, width, KEYPOINTS], layout: 'NHWC' },
};
const decoded = { keypoints: new Float32Array(count * 2), scores: new Float32Array(count) };
const encoded = { heatmaps: new Float32Array(first.length), weights: new Float32Array(count) };
const labels = { keypoints: points, weights: new Float32Array(count).fill(1) };
const counts = { batch: PEOPLE, keypointCount: KEYPOINTS, inputSize: INPUT, heatmapSize: HEATMAP };

/** name -> [function, its answer] */
const tasks = new Map();
for (const layout of ['NCHW', 'NHWC']) {
  for (const refine of ['none', 'quarter', 'dark']) {
    tasks.set(`decode ${refine} ${layout}`, [
      () => api.decodeHeatmaps(maps[layout], { refine, rules: 'hrnet' }, decoded),
      () => decoded.keypoints,
    ]);
  }
  if (api.decodeUdpHeatmaps) {
    tasks.set(`decode udp ${layout}`, [
      () => api.decodeUdpHeatmaps(maps[layout], { blurKernel: 11, rules: 'mmpose' }, decoded),
      () => decoded.keypoints,
    ]);
  }
  for (const unbiased of [false, true]) {
    tasks.set(`encode ${unbiased ? 'unbiased' : 'standard'} ${layout}`, [
      () => api.encodeHeatmaps(labels, { ...counts, layout, unbiased, rules: 'mmpose' }, encoded),
      () => encoded.heatmaps,
    ]);
  }
}
for (const [kind, image] of Object.entries(images)) {
  for (const { name, size, affine } of CROPS) {
    const bytes = new Uint8Array(size.width * size.height * 3);
    const floats = new Float32Array(bytes.length);
    const normalisation = { mean: MEAN, deviation: DEVIATION, out: floats };
    if (kind !== 'RGB float32') {
      tasks.set(`warp ${kind} to bytes, ${name}`, [
        () => api.warpImageToBytes(image, affine, size, { out: bytes }),
        () => bytes,
      ]);
    }
    tasks.set(`warp ${kind} to normalised, ${name}`, [
      () => api.warpImage(image, affine, size, normalisation),
      () => floats,
    ]);
  }
}

const processorMilliseconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const results = {};
for (const [name, [task, answer]] of tasks) {
  // Warm for a while, then take samples of at least 4 ms.
  const warmUntil = performance.now() + 400;
  let calls = 0;
  const start = performance.now();
  while (performance.now() < warmUntil) {
    task();
    calls++;
  }
  const perSample = Math.max(1, Math.ceil((4 * calls) / (performance.now() - start)));
  const wall = [];
  const processor = [];
  for (let sample = 0; sample < Number(samples); sample++) {
    const [wallStart, processorStart] = [performance.now(), processorMilliseconds()];
    for (let i = 0; i < perSample; i++) task();
    wall.push((performance.now() - wallStart) / perSample);
    processor.push((processorMilliseconds() - processorStart) / perSample);
  }
  results[name] = { wall, processor };
  const { buffer, byteOffset, byteLength } = answer();
  const file = `${folder}/${name.replaceAll(' ', '-')}.${variant}`;
  writeFileSync(file, new Uint8Array(buffer, byteOffset, byteLength));
}
console.log(JSON.stringify(results));
