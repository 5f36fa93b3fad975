import { createRandom } from '@pose-distill/internal-random';
import { expect, it } from 'vitest';
import { blurKernel } from './blur-kernel.js';
import type { MapView } from './heatmaps.js';
import { blurredMaximum } from './map-blur.js';
import { blurAround, patchBlur } from './patch-blur.js';

/** One blurred cell by its definition, 0 outside the map. */
function blurred(map: MapView, kernel: Float64Array, x: number, y: number): number {
  const radius = (kernel.length - 1) / 2;
  let sum = 0;
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++) {
      const [u, v] = [x + dx, y + dy];
      if (u < 0 || v < 0 || u >= map.width || v >= map.height) continue;
      const value = map.data[map.start + (v * map.width + u) * map.step]!;
      sum += kernel[dx + radius]! * kernel[dy + radius]! * value;
    }
  }
  return sum;
}

const CELLS = Array.from({ length: 25 }, (_, i) => i);

it('is the largest cell of the blurred map, however little of it is computed', () => {
  const random = createRandom(31, 'map blur');
  for (let trial = 0; trial < 120; trial++) {
    const [width, height] = [1 + random.integer(19), 1 + random.integer(17)];
    const step = 1 + random.integer(3);
    const kernel = blurKernel(1 + 2 * random.integer(9));
    const [cx, cy, noise] = [random.between(0, width), random.between(0, height), trial % 4];
    const data = new Float32Array(step * width * height + 2).fill(1e6);
    const blur = patchBlur(kernel, { data, width, height, step, start: 2 });
    // Two maps in one workspace: nothing of the first may stay.
    for (let n = 0; n < 2; n++) {
      for (let i = 0; i < width * height; i++) {
        const distance = ((i % width) - cx) ** 2 + (Math.floor(i / width) - cy) ** 2;
        const bump = noise === 3 ? -1 : Math.exp(-distance / 8);
        data[2 + i * step] = bump + noise * 0.1 * random.normal();
      }
      const map: MapView = { data, width, height, step, start: 2 };
      const all = Array.from({ length: width * height }, (_, i) =>
        blurred(map, kernel, i % width, Math.floor(i / width)),
      );
      const largest = Math.max(...all);
      blurAround(map, random.integer(width), random.integer(height), blur, CELLS);
      for (const known of [all[0]!, all[random.integer(all.length)]!, largest]) {
        blur.block[12] = known;
        expect(blurredMaximum(map, blur)).toBeCloseTo(largest, 12);
      }
    }
  }
});

it('blurs around a cell, outside as well', () => {
  const random = createRandom(32, 'patch blur');
  const data = Float32Array.from({ length: 9 * 7 }, () => random.normal());
  const map: MapView = { data, width: 9, height: 7, step: 1, start: 0 };
  for (const size of [1, 3, 11, 17]) {
    const blur = patchBlur(blurKernel(size), map);
    for (const [x, y] of [
      [4, 3],
      [0, 0],
      [8, 6],
      [2, 6],
    ] as const) {
      const least = blurAround(map, x, y, blur, CELLS);
      const expected = CELLS.map((i) =>
        blurred(map, blur.kernel, x + (i % 5) - 2, y + Math.floor(i / 5) - 2),
      );
      for (const i of CELLS) expect(blur.block[i]).toBeCloseTo(expected[i]!, 12);
      expect(least).toBe(Math.min(...blur.block));
    }
  }
});
