import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MetricsError } from './error.js';
import { type MpiiGroundTruthFields, mpiiGroundTruth } from './mpii-ground-truth.js';
import { evaluatePckh } from './pckh.js';
import { MPII_JOINT_NAMES } from './pckh-stats.js';

const golden = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../test/golden/mpii/${name}`, import.meta.url), 'utf8')) as T;

interface Answer {
  stats: Record<string, number | null>;
  perKeypoint: (number | null)[];
  curve: (number | null)[][];
}

const random =
  golden<
    {
      groundTruth: MpiiGroundTruthFields;
      predictions: (number | null)[][][];
      hrnet: Answer;
      mmpose: Answer & { 'at0.3': number | null };
    }[]
  >('random.json');

/** mmpose's -100 for no data, where it is no part of a mean. */
const known = (values: (number | null)[]): (number | null)[] =>
  values.map((value) => (value === -100 ? null : value));

describe('evaluatePckh', () => {
  it.each(random.map((one, i) => [i, one] as const))('equals the references, random case %d', (_, {
    groundTruth,
    predictions,
    hrnet,
    mmpose,
  }) => {
    const truth = mpiiGroundTruth(groundTruth);
    const found = evaluatePckh(truth, predictions);
    expect(Object.entries(found.stats)).toEqual(Object.entries(hrnet.stats));
    expect(found.perKeypoint).toEqual(hrnet.perKeypoint);
    expect([10, 11, 25].map((row) => found.curve.perKeypoint[row])).toEqual(hrnet.curve);

    const other = evaluatePckh(truth, predictions, { rules: 'mmpose' });
    expect(Object.entries(other.stats)).toEqual(Object.entries(mmpose.stats));
    expect(other.perKeypoint).toEqual(known(mmpose.perKeypoint));
    expect([10, 11, 25].map((row) => other.curve.perKeypoint[row])).toEqual(
      mmpose.curve.map(known),
    );
    const lower = evaluatePckh(truth, predictions, { rules: 'mmpose', threshold: 0.3 });
    expect(lower.stats.PCK).toBe(mmpose['at0.3']);

    // Whatever is null, or made of a -100, says why.
    for (const { stats, reasons } of [found, other])
      for (const [name, value] of Object.entries(stats))
        if (value === null || value < 0) expect(reasons[name]).toMatch(/nobody|leaves out/);
  });

  it('equals both on the exact case, also from 1-based predictions', () => {
    const fields = golden<MpiiGroundTruthFields & { preds: number[][][] }>('exact.json');
    const truth = mpiiGroundTruth(fields);
    const right =
      golden<Record<'hrnet' | 'mmpose', { values: Record<string, number> }>>('exact.expected.json');
    const shifted = fields.preds.map((pose) => pose.map((point) => point.map((v) => v + 1)));
    for (const rules of ['hrnet', 'mmpose'] as const) {
      const found = evaluatePckh(truth, fields.preds, { rules });
      expect(Object.entries(found.stats)).toEqual(Object.entries(right[rules].values));
      expect(evaluatePckh(truth, shifted, { rules, base: 1 })).toEqual(found);
    }
  });

  it('calls the two numbers at "0.1" by their thresholds', () => {
    const one = random[1]!;
    const truth = mpiiGroundTruth(one.groundTruth);
    for (const rules of ['hrnet', 'mmpose'] as const) {
      const { stats, means, curve } = evaluatePckh(truth, one.predictions, { rules });
      expect(Object.keys(means)).toEqual(['PCKh@0.5', 'PCKh@0.1', 'PCKh@0.11']);
      expect(means['PCKh@0.1']).toBe(curve.means[10]);
      expect(curve.thresholds[11]).toBe(0.11);
      const [name, honest] =
        rules === 'hrnet'
          ? (['Mean@0.1', 'PCKh@0.11'] as const)
          : (['PCK@0.1', 'PCKh@0.1'] as const);
      expect(stats[name]).toBe(means[honest]);
    }
  });

  it('is the same for a scaled image, for any order of people, for flat predictions', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: random.length - 1 }),
        fc.constantFrom(0.25, 0.5, 2, 8),
        fc.constantFrom('hrnet', 'mmpose'),
        fc.nat({ max: 4 }),
        (i, scale, rules, turn) => {
          const { groundTruth, predictions } = random[i]!;
          const truth = mpiiGroundTruth(groundTruth);
          const ones = predictions.map((pose) => pose.map((p) => p.map((v) => v && v + 1)));
          const whole = evaluatePckh(truth, ones, { rules, base: 1 });

          const larger = {
            ...truth,
            keypoints: Array.from(truth.keypoints, (v) => v * scale),
            headBoxes: Array.from(truth.headBoxes, (v) => v * scale),
          };
          const scaled = ones.map((pose) => pose.map((p) => p.map((v) => v && v * scale)));
          expect(evaluatePckh(larger, scaled, { rules, base: 1 })).toEqual(whole);

          const rotate = <T>(row: readonly T[]): T[] => [...row.slice(turn), ...row.slice(0, turn)];
          const turned = {
            ...groundTruth,
            jnt_missing: groundTruth.jnt_missing.map(rotate),
            pos_gt_src: groundTruth.pos_gt_src.map((joint) => joint.map(rotate)),
            headboxes_src: groundTruth.headboxes_src.map((corner) => corner.map(rotate)),
          };
          const order = { rules, base: 1 } as const;
          expect(evaluatePckh(mpiiGroundTruth(turned), rotate(ones), order)).toEqual(whole);

          const data = Float64Array.from(ones.flat(2), (v) => v ?? Number.NaN);
          const flat = { data, shape: [ones.length, 16, 2] };
          expect(evaluatePckh(truth, flat, order)).toEqual(whole);
        },
      ),
    );
  });

  const truth = mpiiGroundTruth(random[1]!.groundTruth);
  const predictions = random[1]!.predictions;

  it('counts what is not predicted and heads without extent', () => {
    const none = predictions.map((pose) => pose.map(() => [null, null]));
    const all = evaluatePckh(truth, none);
    expect(all.unpredicted).toBe(all.annotated.reduce((a, b) => a + b, 0));
    expect(all.stats.Mean).toBe(0);
    const headless = { ...truth, headBoxes: new Float64Array(4 * truth.people) };
    expect(evaluatePckh(headless, predictions)).toMatchObject({
      withoutHead: truth.people,
      stats: { Mean: 0 },
    });
    const { stats, reasons } = evaluatePckh(headless, predictions, { rules: 'mmpose' });
    expect([stats.PCK, reasons.PCK]).toEqual([
      expect.closeTo(-100, 9),
      expect.stringMatching(/nobody counts for rank.*-100 %/),
    ]);
  });

  it('has a reason for nobody', () => {
    const empty = {
      people: 0,
      jointNames: MPII_JOINT_NAMES,
      keypoints: [],
      annotated: [],
      headBoxes: [],
    };
    const { stats, reasons } = evaluatePckh(empty, []);
    expect(Object.values(stats)).toEqual(Array(9).fill(null));
    expect(reasons.Mean).toBe('there is nobody');
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      'people',
      () => evaluatePckh(truth, []),
      /^SHAPE_MISMATCH predictions: expected \d people, got 0/,
    ],
    [
      'joints',
      () =>
        evaluatePckh(
          truth,
          predictions.map((p) => p.slice(1)),
        ),
      /^SHAPE_MISMATCH predictions\[0\]: expected 16 joints, got 15/,
    ],
    [
      'coordinates',
      () =>
        evaluatePckh(
          truth,
          predictions.map((p) => p.map(() => [1])),
        ),
      /^SHAPE_MISMATCH predictions\[0\]\[0\]: expected x and y/,
    ],
    [
      'flat ones',
      () => evaluatePckh(truth, { data: [1, 2], shape: [1, 1, 2] }),
      /^SHAPE_MISMATCH predictions: expected \d x 16 x 2, got 1 x 1 x 2/,
    ],
    ['base', () => evaluatePckh(truth, predictions, { base: 2 as 1 }), /^OUT_OF_RANGE base/],
    [
      'rules',
      () => evaluatePckh(truth, predictions, { rules: 'x' as 'hrnet' }),
      /^OUT_OF_RANGE rules/,
    ],
    [
      'threshold',
      () => evaluatePckh(truth, predictions, { threshold: 0 }),
      /^OUT_OF_RANGE threshold/,
    ],
    [
      'names',
      () => evaluatePckh({ ...truth, jointNames: [...'abcdefghijklmnop'] }, predictions),
      /^BAD_SKELETON jointNames: expected MPII's names; no head, no lsho/,
    ],
    [
      'keypoints',
      () => evaluatePckh({ ...truth, keypoints: [1, 2] }, predictions),
      /^SHAPE_MISMATCH keypoints/,
    ],
    [
      'numbers',
      () =>
        evaluatePckh(
          { ...truth, keypoints: Array.from(truth.keypoints, () => Number.NaN) },
          predictions,
        ),
      /^NON_FINITE keypoints\[0\]/,
    ],
    [
      'heads',
      () =>
        evaluatePckh(
          { ...truth, headBoxes: Array(4 * truth.people).fill(Number.NaN) },
          predictions,
        ),
      /^NON_FINITE headBoxes\[0\]/,
    ],
  ])('refuses wrong %s', (_, run, message) => {
    try {
      run();
    } catch (error) {
      expect(error).toBeInstanceOf(MetricsError);
      expect(`${(error as MetricsError).code} ${(error as Error).message}`).toMatch(message);
      return;
    }
    throw new Error('nothing was thrown');
  });
});
