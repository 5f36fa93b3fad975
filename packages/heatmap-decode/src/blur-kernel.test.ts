import { largestDifference } from '@pose-distill/internal-testing';
import { describe, expect, it } from 'vitest';
import { caseFolder, openCase } from '../test/cases.js';
import { blurKernel } from './blur-kernel.js';
import { DecodeError } from './index.js';

describe('blurKernel', () => {
  it('is the published kernel of 11', () => {
    const half = [0.008812, 0.027144, 0.065114, 0.121649, 0.176998, 0.200565];
    expect(largestDifference(blurKernel(11).subarray(0, 6), half)).toBeLessThan(1e-6);
  });

  it('is fixed for small sizes, unless a sigma is given', () => {
    expect([...blurKernel(1)]).toEqual([1]);
    expect([...blurKernel(3)]).toEqual([0.25, 0.5, 0.25]);
    expect([...blurKernel(5)]).toEqual([1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16]);
    expect([...blurKernel(7)].map((value) => value * 32)).toEqual([1, 3.5, 7, 9, 7, 3.5, 1]);
    const [side, centre] = blurKernel(3, 2);
    expect(side! / centre!).toBeCloseTo(Math.exp(-1 / 8), 12);
  });

  it('sums to 1 and is symmetric', () => {
    for (let size = 1; size < 40; size += 2) {
      const kernel = blurKernel(size);
      expect(kernel.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
      expect(kernel.slice().reverse()).toEqual(kernel);
    }
  });

  it('refuses even sizes', () => {
    for (const size of [0, 2, -1, 2.5, NaN]) expect(() => blurKernel(size)).toThrow(DecodeError);
    expect(() => blurKernel(3, 0)).toThrow(DecodeError);
  });
});

for (const name of ['decode-2']) {
  describe.skipIf(!caseFolder(name))(name, () => {
    it.each([3, 11, 17])('blurs as mmpose, size %i', (size) => {
      const { array, floats } = openCase(name);
      const [count, height, width] = array('heatmaps').shape as [number, number, number];
      const maps = floats('heatmaps');
      const expected = floats(`blur${size}`);
      const cells = width * height;
      for (let n = 0; n < count; n++) {
        const reference = expected.subarray(n * cells, (n + 1) * cells);
        if (reference.some(Number.isNaN)) continue;
        const map = maps.subarray(n * cells, (n + 1) * cells);
        const blurred = rescaledBlur(map, width, height, blurKernel(size));
        expect(largestDifference(blurred, reference)).toBeLessThan(2e-6);
      }
    });
  });
}

/** Separable blur with zeros outside, rescaled to the old maximum. */
function rescaledBlur(
  map: Float32Array,
  width: number,
  height: number,
  kernel: Float64Array,
): Float64Array {
  const radius = (kernel.length - 1) / 2;
  const pass = (from: ArrayLike<number>, alongX: boolean): Float64Array =>
    Float64Array.from({ length: width * height }, (_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      let sum = 0;
      for (let t = -radius; t <= radius; t++) {
        const [u, v] = alongX ? [x + t, y] : [x, y + t];
        if (u >= 0 && v >= 0 && u < width && v < height)
          sum += kernel[t + radius]! * from[v * width + u]!;
      }
      return sum;
    });
  const blurred = pass(pass(map, true), false);
  const scale = Math.max(...map) / Math.max(...blurred);
  return blurred.map((value) => value * scale);
}
