import { coco17, defineSkeleton, flipIndices } from '@pose-distill/skeletons';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CocoKeypointFile, CocoKeypointResult } from '../coco.js';
import { evaluateOks } from '../evaluate-oks.js';
import {
  analyseOks,
  KEYPOINT_OUTCOMES,
  type KeypointOutcome,
  type OksAnalysis,
  precisionRecallCurves,
} from './index.js';

const K = coco17.keypoints.length;
const AREA = 10_000;
const flip = flipIndices(coco17);

/** Distance at which keypoint k of a person of the area has a similarity. */
const distanceFor = (k: number, similarity: number, area = AREA): number =>
  Math.sqrt(-Math.log(similarity) * 2 * area) * 2 * coco17.oksSigmas[k]!;

/** Keypoints far from each other: 100 apart in a grid, one row a person. */
const place = (person: number, k: number): [number, number] => [
  200 * (k % 6) + 3 * k,
  200 * Math.floor(k / 6) + 1000 * person,
];

const truePose = (person: number, flag: (k: number) => number = () => 2): number[] =>
  coco17.keypoints.flatMap((_, k) => [...place(person, k), flag(k)]);

function annotation(id: number, person: number, keypoints = truePose(person)) {
  const labelled = keypoints.filter((value, i) => i % 3 === 2 && value > 0).length;
  return {
    ...{ id, image_id: 1, category_id: 1, iscrowd: 0, num_keypoints: labelled, area: AREA },
    ...{ bbox: [0, 1000 * person, 1200, 600], keypoints },
  };
}

function file(
  annotations: CocoKeypointFile['annotations'],
  keypoints: readonly string[] = coco17.keypoints,
): CocoKeypointFile {
  return { images: [{ id: 1 }], categories: [{ id: 1, name: 'person', keypoints }], annotations };
}

const result = (keypoints: readonly number[], score = 0.9): CocoKeypointResult => ({
  image_id: 1,
  category_id: 1,
  keypoints,
  score,
});

/** A pose in which every keypoint stands where its outcome says. */
function poseWith(outcomes: readonly KeypointOutcome[]): number[] {
  return outcomes.flatMap((outcome, k) => {
    const [x, y] = place(0, k);
    if (outcome === 'good') return [x + 0.9 * distanceFor(k, 0.85), y, 1];
    if (outcome === 'jitter') return [x, y + 0.95 * distanceFor(k, 0.5), 1];
    if (outcome === 'inversion') return [...place(0, flip[k]!), 1];
    if (outcome === 'swap') return [...place(1, k % 2 ? k : flip[k]!), 1];
    return [x + 60 + 3 * distanceFor(k, 0.5), y + 100, 1];
  });
}

const outcome = fc.constantFrom(...KEYPOINT_OUTCOMES);

describe('outcomes of keypoints', () => {
  it('are what each keypoint was made to be', () => {
    fc.assert(
      fc.property(fc.array(outcome, { minLength: K, maxLength: K }), (drawn) => {
        // The nose has no counterpart, and one good keypoint keeps the OKS above the match threshold.
        const wanted = drawn.map((name, k) => (k === 0 ? 'good' : name));
        wanted[1] = 'good';
        wanted[2] = 'good';
        // With most keypoints on the other person the result would be about them.
        const count = (name: KeypointOutcome) => wanted.filter((other) => other === name).length;
        fc.pre(count('swap') < count('good'));
        const truth = file([annotation(1, 0), annotation(2, 1)]);
        const { people, errors } = analyseOks(truth, [result(poseWith(wanted))]);
        expect(people[0]!.outcomes).toEqual(wanted);
        expect(people[1]).toMatchObject({ result: null, oks: null });
        for (const name of KEYPOINT_OUTCOMES) {
          expect(errors.counts[name]).toBe(count(name));
        }
      }),
      { numRuns: 150 },
    );
  });

  it('change exactly at similarities 0.85 and 0.5', () => {
    const at = (similarity: number, factor: number): KeypointOutcome | null => {
      const pose = truePose(0);
      pose[3 * 5]! += factor * distanceFor(5, similarity);
      return analyseOks(file([annotation(1, 0)]), [result(pose)]).people[0]!.outcomes[5]!;
    };
    expect([at(0.85, 1 - 1e-9), at(0.85, 1 + 1e-9)]).toEqual(['good', 'jitter']);
    expect([at(0.5, 1 - 1e-9), at(0.5, 1 + 1e-9)]).toEqual(['jitter', 'miss']);
  });

  it('of keypoints that are not labelled are null, and an unlabelled place attracts nothing', () => {
    const keypoints = truePose(0, (k) => (k === 6 || k === 8 ? 0 : 1));
    const pose = truePose(0);
    [pose[15], pose[16]] = place(0, 6);
    const { people, errors, errorsPerKeypoint } = analyseOks(file([annotation(1, 0, keypoints)]), [
      result(pose),
    ]);
    expect(people[0]!.outcomes[6]).toBeNull();
    expect(people[0]!.outcomes[5]).toBe('miss');
    expect(errors.keypoints).toBe(K - 2);
    expect(errorsPerKeypoint[6]).toMatchObject({
      keypoints: 0,
      shares: null,
      meanSimilarity: null,
    });
  });

  it('differ by variant where a keypoint is near its place and nearer to another', () => {
    const keypoints = truePose(0);
    const [x, y] = place(0, 5);
    // Right shoulder beside the left one, the prediction of the left one in the right one's place.
    const apart = distanceFor(5, 0.6);
    keypoints.splice(18, 2, x + apart, y);
    const pose = [...keypoints];
    pose[15] = x + apart;
    const truth = file([annotation(1, 0, keypoints)]);
    const judged = (variant: 'paper' | 'reference') =>
      analyseOks(truth, [result(pose)], { variant }).people[0]!.outcomes.slice(5, 7);
    expect(judged('paper')).toEqual(['jitter', 'good']);
    expect(judged('reference')).toEqual(['inversion', 'good']);
  });

  it('count places of people who are not counted, with their own areas', () => {
    const pose = poseWith(coco17.keypoints.map((_, k) => (k === 9 ? 'swap' : 'good')));
    const ignored = { ...annotation(2, 1), iscrowd: 1 };
    const outcomes = (area: number) =>
      analyseOks(file([annotation(1, 0), { ...ignored, area }]), [result(pose)]).people[0]!
        .outcomes[9];
    expect(outcomes(AREA)).toBe('swap');
    pose[3 * 9]! += distanceFor(9, 0.4);
    expect(outcomes(AREA)).toBe('miss');
    expect(outcomes(2 * AREA)).toBe('swap');
  });
});

describe('results about nobody', () => {
  it('are ignored, duplicates or background', () => {
    const truth = file([annotation(1, 0), { ...annotation(2, 1), num_keypoints: 0 }]);
    const far = truePose(0).map((value, i) => (i % 3 === 2 ? value : value + 9000));
    const { strayResults, people } = analyseOks(truth, [
      result(truePose(0), 0.5),
      result(truePose(0), 0.6),
      result(truePose(1), 0.7),
      result(far, 0.8),
    ]);
    expect(people.map(({ result: index }) => index)).toEqual([1]);
    const kinds = strayResults.map(({ result: index, kind }) => [index, kind]);
    expect(new Map(kinds as [number, string][])).toEqual(
      new Map([
        [0, 'duplicate'],
        [2, 'ignored'],
        [3, 'background'],
      ]),
    );
  });
});

/** People on a grid with results near them, some missing, some too many. */
const scene = fc
  .array(
    fc.record({
      image: fc.integer({ min: 1, max: 4 }),
      noise: fc.array(fc.integer({ min: -60, max: 60 }), { minLength: 2 * K, maxLength: 2 * K }),
      labels: fc.array(fc.constantFrom(0, 1, 2), { minLength: K, maxLength: K }),
      scores: fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 2 }),
      inverted: fc.boolean(),
      crowd: fc.integer({ min: 0, max: 9 }).map((n) => Number(n === 0)),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((list) => {
    const annotations = list.map(({ image, labels, crowd }, i) => ({
      ...annotation(
        i + 1,
        i,
        truePose(i, (k) => labels[k]!),
      ),
      image_id: image,
      iscrowd: crowd,
    }));
    const results = list.flatMap(({ image, noise, scores, inverted }, i) =>
      scores.map((score, s) => ({
        ...result(
          truePose(i, () => 1).map((value, j, pose) => {
            const k = Math.floor(j / 3);
            if (j % 3 === 2) return 1;
            return (
              (inverted ? pose[3 * flip[k]! + (j % 3)]! : value) + noise[2 * k + (j % 3)]! * (s + 1)
            );
          }),
          score / 50,
        ),
        image_id: image,
      })),
    );
    const truth = { ...file(annotations), images: [1, 2, 3, 4].map((id) => ({ id })) };
    return { truth, results: [...results, { ...result(truePose(9), 0.01), image_id: 1 }] };
  });

describe('an analysis', () => {
  it('adds up', () => {
    fc.assert(
      fc.property(scene, ({ truth, results }) => {
        const analysis = analyseOks(truth, results);
        const { errors, errorsPerKeypoint, people, strayResults } = analysis;
        expect(analysis.stats).toEqual(evaluateOks(truth, results).stats);
        expect(analysis.baseline).toBe(analysis.stats.AP);
        expect(analysis.byArea[0]!.AP).toBe(analysis.stats.AP);
        expect(analysis.byArea[0]!.people).toBe(people.length);
        const taken = people.flatMap(({ result: index }) => (index === null ? [] : [index]));
        const all = [...taken, ...strayResults.map((stray) => stray.result)].sort((a, b) => a - b);
        expect(all).toEqual(results.map((_, i) => i));
        for (const { keypoints, shares, counts } of [errors, ...errorsPerKeypoint]) {
          expect(Object.values(counts).reduce((sum, n) => sum + n, 0)).toBe(keypoints);
          if (keypoints === 0) expect(shares).toBeNull();
          else expect(Object.values(shares!).reduce((sum, n) => sum + n, 0)).toBeCloseTo(1, 12);
        }
        const perKeypoint = errorsPerKeypoint.reduce((sum, { keypoints }) => sum + keypoints, 0);
        expect(perKeypoint).toBe(errors.keypoints);
      }),
      { numRuns: 60 },
    );
  });

  it('gains step by step up to a perfect score; keypoints put right are as good as perfect ones', () => {
    fc.assert(
      fc.property(scene, ({ truth, results }) => {
        const analysis = analyseOks(truth, results);
        const step = (name: string) =>
          analysis.corrections.find(({ correction }) => correction === name)!;
        if (analysis.people.length === 0) {
          expect(analysis.baseline).toBeNull();
          expect(analysis.corrections.every(({ alone }) => alone === null)).toBe(true);
          return;
        }
        expect(step('residual').cumulative).toBeCloseTo(perfectAp(truth, results, analysis), 12);
        expect(step('falsePositives').aloneGain).toBeGreaterThanOrEqual(0);
        const found = analysis.people.some(({ result: index }) => index !== null);
        if (found) expect(step('missedPeople').cumulative).toBeCloseTo(1, 12);
        else expect(step('missedPeople').cumulative).toBeNull();
        let sum = analysis.baseline!;
        for (const { cumulative, cumulativeGain } of analysis.corrections) {
          if (cumulative === null) continue;
          sum += cumulativeGain!;
          expect(sum).toBeCloseTo(cumulative, 12);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('does not depend on the order of annotations', () => {
    fc.assert(
      fc.property(scene, ({ truth, results }) => {
        const turned = { ...truth, annotations: truth.annotations.toReversed() };
        expect(analyseOks(turned, results).errors.counts).toEqual(
          analyseOks(truth, results).errors.counts,
        );
      }),
      { numRuns: 30 },
    );
  });

  it('has no data where there is nobody', () => {
    const truth = file([{ ...annotation(1, 0), num_keypoints: 0 }]);
    const analysis = analyseOks(truth, [result(truePose(0))]);
    expect(analysis.stats.AP).toBeNull();
    expect(analysis.errors).toMatchObject({ keypoints: 0, shares: null, meanSimilarity: null });
    expect(analysis.curves.every(({ precision, AP }) => precision === null && AP === null)).toBe(
      true,
    );
    expect(analysis.byKeypointCount.map(({ AP, people }) => [AP, people])).toEqual(
      Array.from({ length: 4 }, () => [null, 0]),
    );
  });

  it('rejects thresholds and sigmas that make no sense', () => {
    const truth = file([annotation(1, 0)]);
    const results = [result(truePose(0))];
    const analyse = (options: object) => () => analyseOks(truth, results, options);
    expect(analyse({ matchThreshold: 0 })).toThrow('options.matchThreshold');
    expect(analyse({ goodThreshold: Number.NaN })).toThrow('options.goodThreshold');
    expect(analyse({ nearThreshold: 0.9 })).toThrow('at most goodThreshold');
    expect(analyse({ skeleton: coco17, oksSigmas: [1] })).toThrow('expected 17 sigmas');
  });
});

/** AP of the results whose people they are about are exactly right. */
function perfectAp(
  truth: CocoKeypointFile,
  results: readonly CocoKeypointResult[],
  { people }: OksAnalysis,
): number {
  const perfect = results.map((item, i) => {
    const person = people.find(({ result: index }) => index === i);
    if (!person) return item;
    const labels = truth.annotations[person.annotation]!.keypoints!;
    const at = (j: number): boolean => labels[3 * Math.floor(j / 3) + 2]! > 0;
    return { ...item, keypoints: item.keypoints.map((value, j) => (at(j) ? labels[j]! : value)) };
  });
  return evaluateOks(truth, perfect).stats.AP!;
}

describe('curves', () => {
  it('have the areas that make up the AP', () => {
    fc.assert(
      fc.property(scene, ({ truth, results }) => {
        const evaluation = evaluateOks(truth, results);
        const curves = precisionRecallCurves(evaluation);
        expect(curves).toHaveLength(30);
        const all = curves.filter(({ areaRange }) => areaRange.label === 'all');
        if (evaluation.stats.AP === null) expect(all[0]!.AP).toBeNull();
        else {
          const mean = all.reduce((sum, { AP }) => sum + AP!, 0) / all.length;
          expect(mean).toBeCloseTo(evaluation.stats.AP, 12);
          expect(all[0]!.AP).toBeCloseTo(evaluation.stats.AP50!, 12);
          for (const { precision } of all) {
            for (let r = 1; r < precision!.length; r++)
              expect(precision![r]).toBeLessThanOrEqual(precision![r - 1]!);
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('another skeleton', () => {
  const hands = defineSkeleton({
    name: 'hands',
    keypoints: ['left_hand', 'right_hand', 'tail'],
    oksSigmas: [0.06, 0.06, 0.1],
  });
  const truth = file(
    [{ ...annotation(1, 0), num_keypoints: 3, keypoints: [0, 0, 2, 300, 0, 2, 0, 300, 2] }],
    ['hand A', 'hand B', 'tail'],
  );
  const crossed = [result([300, 0, 1, 0, 0, 1, 0, 300, 1])];

  it('has the pairs and sigmas it was given', () => {
    const { errors, skeleton } = analyseOks(truth, crossed, { skeleton: hands });
    expect(errors.counts).toMatchObject({ inversion: 2, good: 1 });
    expect(skeleton.name).toBe('hands');
  });

  it('is read off the names, and has no inversions without pairs', () => {
    const { errors, errorsPerKeypoint } = analyseOks(truth, crossed);
    expect(errors.counts).toMatchObject({ inversion: 0, miss: 2, good: 1 });
    expect(errorsPerKeypoint.map(({ name }) => name)).toEqual(['hand A', 'hand B', 'tail']);
  });

  it('splits its keypoint counts like the 17 of COCO', () => {
    const labels = (k: number) =>
      analyseOks(truth, crossed, { skeleton: hands }).byKeypointCount[k]?.label;
    expect([labels(0), labels(1), labels(2)]).toEqual(['1', '2', '3']);
    const { byKeypointCount } = analyseOks(file([annotation(1, 0)]), [result(truePose(0))]);
    expect(byKeypointCount.map(({ label }) => label)).toEqual(['1–5', '6–10', '11–15', '16–17']);
  });
});
