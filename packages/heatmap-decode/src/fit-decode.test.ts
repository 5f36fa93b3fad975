import { createRandom } from '@pose-distill/internal-random';
import { largestDifference } from '@pose-distill/internal-testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toNHWC } from '../test/cases.js';
import { DecodeError, decodeByFit, decodeHeatmaps, type Heatmaps } from './index.js';

function mapOf(width: number, height: number, value: (x: number, y: number) => number): Heatmaps {
  const data = Float32Array.from({ length: width * height }, (_, i) =>
    value(i % width, Math.floor(i / width)),
  );
  return { data, shape: [1, 1, height, width], layout: 'NCHW' };
}

/** A Gaussian of two widths, turned. */
const gaussian =
  (cx: number, cy: number, wide: number, narrow = wide, turn = 0) =>
  (x: number, y: number): number => {
    const along = Math.cos(turn) * (x - cx) + Math.sin(turn) * (y - cy);
    const across = Math.cos(turn) * (y - cy) - Math.sin(turn) * (x - cx);
    return Math.exp(
      -(along * along) / (2 * wide * wide) - (across * across) / (2 * narrow * narrow),
    );
  };

describe('decodeByFit', () => {
  it('gives back any Gaussian, also centred beside the map', () => {
    const width = fc.double({ min: 1.2, max: 4, noNaN: true });
    const place = (size: number): fc.Arbitrary<number> =>
      fc.double({ min: -1.5, max: size + 0.5, noNaN: true });
    fc.assert(
      fc.property(
        place(18),
        place(25),
        width,
        width,
        fc.double({ min: 0, max: 3, noNaN: true }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (cx, cy, wide, narrow, turn, height) => {
          fc.pre(wide < 2 * narrow && narrow < 2 * wide);
          const value = gaussian(cx, cy, wide, narrow, turn);
          const { keypoints } = decodeByFit(mapOf(18, 25, (x, y) => height * value(x, y)));
          expect(largestDifference(keypoints, [cx, cy])).toBeLessThan(1e-3);
        },
      ),
    );
  });

  it('is as good as DARK on noise in the middle, several times better at the border', () => {
    const random = createRandom(3, 'fit noise');
    const sums = { middle: { fit: 0, dark: 0 }, border: { fit: 0, dark: 0 } };
    for (let trial = 0; trial < 200; trial++) {
      for (const where of ['middle', 'border'] as const) {
        const cx = where === 'middle' ? random.between(10, 37) : random.between(0, 2);
        const cy = random.between(10, 53);
        const value = gaussian(cx, cy, 2);
        const map = mapOf(48, 64, (x, y) => value(x, y) + 0.03 * random.normal());
        sums[where].fit += largestDifference(decodeByFit(map).keypoints, [cx, cy]);
        sums[where].dark += largestDifference(decodeHeatmaps(map).keypoints, [cx, cy]);
      }
    }
    expect(sums.middle.fit).toBeLessThan(1.1 * sums.middle.dark);
    expect(sums.border.fit).toBeLessThan(0.25 * sums.border.dark);
  });

  it('gives the same bits in both layouts', () => {
    const random = createRandom(4, 'fit layouts');
    const shape = [2, 3, 9, 8] as const;
    const data = Float32Array.from({ length: 2 * 3 * 9 * 8 }, () => random.uniform());
    const last = { data: toNHWC(data, shape), shape: [2, 9, 8, 3], layout: 'NHWC' } as const;
    expect(decodeByFit(last)).toEqual(decodeByFit({ data, shape, layout: 'NCHW' }));
  });

  it('keeps the cell where there is no top', () => {
    const at = (map: Heatmaps): number[] => [...decodeByFit(map).keypoints];
    expect(at(mapOf(8, 8, () => 0))).toEqual([0, 0]);
    expect(at(mapOf(8, 8, () => 1))).toEqual([0, 0]);
    expect(at(mapOf(8, 8, (x, y) => gaussian(3, 4, 2)(x, y) - 2))).toEqual([3, 4]);
    expect(at(mapOf(8, 8, () => NaN))).toEqual([NaN, NaN]);
    expect(at(mapOf(8, 8, (x, y) => (x === 2 && y === 5 ? 1 : 0)))).toEqual([2, 5]);
    // A ridge: no top along it.
    expect(at(mapOf(8, 8, (x) => Math.exp(-((x - 3.2) ** 2) / 4)))).toEqual([3, 0]);
    expect(at(mapOf(1, 1, () => 1))).toEqual([0, 0]);
    const holed = at(mapOf(12, 12, (x, y) => (x === 4 ? NaN : gaussian(6.3, 5.2, 2)(x, y))));
    expect(largestDifference(holed, [6.3, 5.2])).toBeLessThan(1e-3);
  });

  it('writes into out and refuses what does not fit', () => {
    const map = mapOf(9, 9, gaussian(4.3, 4.4, 2));
    const out = { keypoints: new Float32Array(2), scores: new Float32Array(1) };
    expect(decodeByFit(map, {}, out).keypoints).toBe(out.keypoints);
    expect(out.scores[0]).toBeGreaterThan(0.9);
    expect(() => decodeByFit(map, { radius: 0 })).toThrow(DecodeError);
    expect(() => decodeByFit(map, { radius: 1.5 })).toThrow('radius');
  });
});
