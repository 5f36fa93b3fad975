import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MetricsError } from './error.js';
import { pck } from './pck.js';

describe('pck', () => {
  it('counts a distance equal to the threshold', () => {
    for (const [normaliser, expected] of [
      [25, 1],
      [24.999, 0],
      [25.001, 1],
    ] as const) {
      const one = { predicted: [3, 4], truth: [0, 0], weights: [1], normalisers: [normaliser] };
      expect(pck({ ...one, threshold: 0.2 }).pck).toBe(expected);
    }
  });

  it('counts it at any size and threshold written in decimals', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max: 9999 }), (t, size) => {
        const one = { truth: [0, 0], weights: [1], normalisers: [100 * size] };
        expect(pck({ ...one, predicted: [t * size, 0], threshold: t / 100 }).pck).toBe(1);
        expect(pck({ ...one, predicted: [0, t * size + 1], threshold: t / 100 }).pck).toBe(0);
      }),
    );
  });

  it('pools keypoints over people', () => {
    const evaluation = pck({
      predicted: [0, 0, 9, 9, 0, 0, 0, 0, Number.NaN, Number.NaN, 0, 0],
      truth: new Array(12).fill(0),
      weights: [1, 0.5, 0, 1, 1, 0],
      normalisers: [10, 10, 10],
    });
    expect(evaluation).toEqual({
      pck: 2 / 4,
      perKeypoint: [1 / 2, 1 / 2],
      counted: 4,
      countedPerKeypoint: [2, 2],
    });
  });

  it('is null where nothing is counted', () => {
    const none = { predicted: [0, 0], truth: [0, 0], weights: [0], normalisers: [1] };
    expect(pck(none)).toMatchObject({ pck: null, perKeypoint: [null], counted: 0 });
    expect(pck({ predicted: [], truth: [], weights: [], normalisers: [] }).pck).toBeNull();
  });

  it('does not change when poses and normalisers grow together by a power of two', () => {
    const numbers = (count: number) =>
      fc.array(fc.integer({ min: 0, max: 200 }), { minLength: count, maxLength: count });
    fc.assert(
      fc.property(numbers(12), numbers(12), fc.integer({ min: -8, max: 8 }), (a, b, power) => {
        const poses = { weights: [1, 1, 1, 1, 1, 1], normalisers: [60, 90] };
        const scaled = (values: number[]): number[] => values.map((value) => value * 2 ** power);
        expect(
          pck({
            ...poses,
            predicted: scaled(a),
            truth: scaled(b),
            normalisers: scaled(poses.normalisers),
          }),
        ).toEqual(pck({ ...poses, predicted: a, truth: b }));
      }),
    );
  });

  it('refuses lengths that do not fit, thresholds and normalisers that are not positive', () => {
    const good = { predicted: [0, 0], truth: [0, 0], weights: [1], normalisers: [1] };
    for (const [change, code] of [
      [{ predicted: [0] }, 'SHAPE_MISMATCH'],
      [{ truth: [0, 0, 0] }, 'SHAPE_MISMATCH'],
      [{ weights: [1, 1, 1], normalisers: [1, 1] }, 'SHAPE_MISMATCH'],
      [{ normalisers: [0] }, 'OUT_OF_RANGE'],
      [{ normalisers: [Number.NaN] }, 'OUT_OF_RANGE'],
      [{ threshold: 0 }, 'OUT_OF_RANGE'],
      [{ threshold: Number.NaN }, 'OUT_OF_RANGE'],
    ] as const) {
      try {
        pck({ ...good, ...change });
        expect.unreachable();
      } catch (error) {
        expect((error as MetricsError).code).toBe(code);
      }
    }
  });
});
