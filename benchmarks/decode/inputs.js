/** The same inputs for every program of the comparison, as raw little-endian files in a folder. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cropFromBox, cropTransform } from '@pose-distill/heatmap-decode';

export const PEOPLE = 64;
export const KEYPOINTS = 17;
export const INPUT = { width: 192, height: 256 };
export const HEATMAP = { width: 48, height: 64 };
export const IMAGE = { width: 640, height: 480 };
export const MEAN = [0.485, 0.456, 0.406];
export const DEVIATION = [0.229, 0.224, 0.225];

/** Crops of the picture: both input shapes, upright and turned. */
export const CROPS = [
  ['192x256 upright', { width: 192, height: 256 }, 0],
  ['192x256 turned', { width: 192, height: 256 }, 20],
  ['256x192 upright', { width: 256, height: 192 }, 0],
  ['256x192 turned', { width: 256, height: 192 }, 20],
].map(([name, size, rotation]) => {
  const crop = cropFromBox({ x: 180, y: 90, width: 260, height: 310 }, size);
  return { name, size, affine: cropTransform(crop, size, { rotation }) };
});

export function writeInputs(folder) {
  let state = 1;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const { width, height } = HEATMAP;
  const cells = width * height;
  const count = PEOPLE * KEYPOINTS;
  const points = Float32Array.from({ length: count * 2 }, (_, i) =>
    i % 2 ? 8 + uniform() * (INPUT.height - 16) : 8 + uniform() * (INPUT.width - 16),
  );
  // A network's maps: a bump of about sigma 2 on noise of either sign.
  const maps = new Float32Array(count * cells);
  for (let n = 0; n < count; n++) {
    const [x, y] = [points[2 * n] / 4, points[2 * n + 1] / 4];
    const peak = 0.3 + 0.7 * uniform();
    for (let i = 0; i < cells; i++) {
      const distance = ((i % width) - x) ** 2 + (Math.floor(i / width) - y) ** 2;
      maps[n * cells + i] = peak * Math.exp(-distance / 8) + 0.02 * (uniform() - 0.3);
    }
  }
  const image = Uint8Array.from({ length: IMAGE.width * IMAGE.height * 3 }, (_, i) => {
    const [x, y, c] = [Math.floor(i / 3) % IMAGE.width, Math.floor(i / 3 / IMAGE.width), i % 3];
    return 128 + 90 * Math.sin(x / (9 + c)) * Math.cos(y / 13) + 30 * (uniform() - 0.5);
  });
  const put = (name, array) => writeFileSync(`${folder}/${name}`, new Uint8Array(array.buffer));
  put('points.f32', points);
  put('maps.f32', maps);
  put('image.u8', image);
  const settings = { PEOPLE, KEYPOINTS, INPUT, HEATMAP, IMAGE, MEAN, DEVIATION, CROPS };
  writeFileSync(`${folder}/settings.json`, JSON.stringify(settings));
}

/** Bytes of one file, in an array of their own. */
export function readInput(folder, name) {
  return new Uint8Array(readFileSync(`${folder}/${name}`));
}
