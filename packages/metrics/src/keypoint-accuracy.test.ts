import { fileURLToPath } from 'node:url';
import { largestDifference, readReferenceJson } from '@pose-distill/internal-testing';
import { describe, expect, it } from 'vitest';
import { MetricsError } from './error.js';
import { keypointAuc, keypointEpe, keypointNme, keypointPckAccuracy } from './keypoint-accuracy.js';

interface AccuracyCase {
  name: string;
  pred: number[][][];
  gt: number[][][];
  mask: number[][];
  norm: number[][];
  expected: {
    pck: { thr: number; acc: number[]; avg: number; count: number }[];
    auc?: { norm: number; numThrs: number; auc: number }[];
    epe: number;
    nme: number;
  };
}

// mmpose adds distances in single precision.
const TOLERANCE = 1e-6;

const { cases } = readReferenceJson<{ cases: AccuracyCase[] }>(
  fileURLToPath(new URL('../test/golden/pck.json', import.meta.url)),
);

describe('equal to mmpose', () => {
  it.each(cases)('$name', ({ pred, gt, mask, norm, expected }) => {
    const arrays = {
      predicted: pred.flat(2),
      truth: gt.flat(2),
      mask: mask.flat(),
      keypoints: mask[0]!.length,
      dimensions: pred[0]![0]!.length,
    };
    const normalisers = norm.flat();
    for (const { thr, acc, avg, count } of expected.pck) {
      const accuracy = keypointPckAccuracy({ ...arrays, normalisers }, thr);
      const shares = accuracy.perKeypoint.map((share) => share ?? -1);
      expect(largestDifference(shares, acc)).toBeLessThanOrEqual(TOLERANCE);
      expect(Math.abs((accuracy.average ?? 0) - avg)).toBeLessThanOrEqual(TOLERANCE);
      expect(accuracy.count).toBe(count);
    }
    for (const { norm: normaliser, numThrs, auc } of expected.auc ?? []) {
      const area = keypointAuc(arrays, normaliser, numThrs) ?? 0;
      expect(Math.abs(area - auc)).toBeLessThanOrEqual(TOLERANCE);
    }
    const relative = (value: number | null, reference: number): number =>
      Math.abs((value ?? 0) - reference) / Math.max(1, reference);
    expect(relative(keypointEpe(arrays), expected.epe)).toBeLessThanOrEqual(TOLERANCE);
    const nme = keypointNme({ ...arrays, normalisers });
    expect(relative(nme, expected.nme)).toBeLessThanOrEqual(TOLERANCE);
  });
});

describe('mmpose conventions', () => {
  const one = { predicted: [3, 4], truth: [0, 0], mask: [1], keypoints: 1 };

  it('misses a distance equal to the threshold', () => {
    expect(keypointPckAccuracy({ ...one, normalisers: [25, 25] }, 0.2).average).toBe(0);
    expect(keypointPckAccuracy({ ...one, normalisers: [26, 26] }, 0.2).average).toBe(1);
  });

  it('leaves out a sample with a zero normaliser and divides by 1e6 for a negative one', () => {
    expect(keypointNme({ ...one, normalisers: [0, 25] })).toBeNull();
    expect(keypointNme({ ...one, normalisers: [-1, -1] })).toBeCloseTo(5e-6, 12);
  });

  it('gives a perfect prediction an area of 1 - 1/n', () => {
    expect(keypointAuc({ ...one, predicted: [0, 0] }, 30)).toBeCloseTo(0.95, 12);
    expect(keypointAuc({ ...one, mask: [0] }, 30)).toBeNull();
  });

  it('refuses lengths that do not fit', () => {
    for (const bad of [{ mask: [1, 1, 1], keypoints: 2 }, { truth: [1] }, { predicted: [1] }]) {
      expect(() => keypointEpe({ ...one, ...bad })).toThrow(MetricsError);
    }
    expect(() => keypointNme({ ...one, normalisers: [1] })).toThrow(/normalisers: expected 2/);
  });
});
