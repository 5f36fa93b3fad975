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

  it('counts what is not a number as missed, but has no mean distance of it', () => {
    const lost = { ...one, predicted: [Number.NaN, 4], normalisers: [1, 1] };
    expect(keypointPckAccuracy(lost, 0.5)).toMatchObject({ perKeypoint: [0], average: 0 });
    expect(keypointAuc(lost, 30)).toBe(0);
    expect(() => keypointEpe(lost)).toThrow(/predicted\[0\]\[0\]: a mean distance/);
    expect(keypointEpe({ ...lost, mask: [0] })).toBeNull();
  });

  it('counts mask entries above 0 only', () => {
    expect(keypointEpe({ ...one, mask: [-1] })).toBeNull();
    expect(keypointEpe({ ...one, mask: [0.5] })).toBe(5);
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      'threshold',
      () => keypointPckAccuracy({ ...one, normalisers: [1, 1] }, Number.NaN),
      /threshold/,
    ],
    ['number of thresholds', () => keypointAuc(one, 30, 0), /thresholdCount: expected an integer/],
    ['normaliser', () => keypointAuc(one, Number.NaN), /normalisers\[0\]: got NaN/],
    ['dimensions', () => keypointEpe({ ...one, dimensions: 0 }), /dimensions/],
    ['truth', () => keypointEpe({ ...one, truth: [0, Number.NaN] }), /truth\[0\]\[0\].*NaN/],
    ['keypoints', () => keypointEpe({ ...one, keypoints: 0 }), /mask: expected N x 0/],
  ])('refuses a wrong %s', (_, run, message) => {
    expect(run).toThrow(MetricsError);
    expect(run).toThrow(message);
  });

  it('is the same for any order of samples and for scaled poses', () => {
    const { pred, gt, mask, norm } = cases[0]!;
    const arrays = (order: number[], scale: number) => ({
      predicted: order.flatMap((n) => pred[n]!.flat()).map((v) => v * scale),
      truth: order.flatMap((n) => gt[n]!.flat()).map((v) => v * scale),
      mask: order.flatMap((n) => mask[n]!),
      keypoints: mask[0]!.length,
      normalisers: order.flatMap((n) => norm[n]!).map((v) => v * scale),
    });
    const order = pred.map((_, n) => n);
    const whole = keypointPckAccuracy(arrays(order, 1), 0.1);
    expect(keypointPckAccuracy(arrays(order.toReversed(), 1), 0.1)).toEqual(whole);
    expect(keypointPckAccuracy(arrays(order, 0.25), 0.1)).toEqual(whole);
    expect(keypointNme(arrays(order, 4))).toBe(keypointNme(arrays(order, 1)));
  });
});
