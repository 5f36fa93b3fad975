import { hasReferenceData, readReferenceJson, referencePath } from '@pose-distill/internal-testing';
import { coco17, defineSkeleton } from '@pose-distill/skeletons';
import { describe, expect, it } from 'vitest';
import {
  type CocoKeypointAnnotation,
  type CocoKeypointFile,
  type CocoKeypointResult,
  evaluatePck,
  MetricsError,
  type PckOptions,
} from './index.js';

const NAMES = ['right_shoulder', 'left_shoulder', 'left_hip', 'right_hip', 'nose'];

/** A person with a torso of 50 pixels (30, 40) and a box of 60 x 100, moved to the right. */
function person(id: number, right = 0, change: Partial<CocoKeypointAnnotation> = {}) {
  const points = [10, 10, 40, 10, 40, 50, 10, 50, 25, 5];
  const keypoints: number[] = [];
  for (let i = 0; i < points.length; i += 2) keypoints.push(points[i]! + right, points[i + 1]!, 2);
  const fields = { id, image_id: 1, category_id: 1, iscrowd: 0, bbox: [right, 0, 60, 100] };
  return { ...fields, area: 3000, keypoints, ...change } as CocoKeypointAnnotation & {
    keypoints: number[];
  };
}

/** A result that is off by the given distances to the right, one a keypoint. */
function resultFor(
  { image_id, keypoints }: { image_id: number; keypoints: number[] },
  off: readonly number[],
  change: Partial<CocoKeypointResult> = {},
): CocoKeypointResult {
  const moved = keypoints.map((value, i) => (i % 3 === 0 ? value + off[i / 3]! : value));
  return { image_id, category_id: 1, score: 0.5, keypoints: moved, ...change };
}

function file(annotations: readonly CocoKeypointAnnotation[]): CocoKeypointFile {
  return {
    images: [{ id: 1 }, { id: 2 }],
    annotations,
    categories: [{ id: 1, keypoints: NAMES }],
  };
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof MetricsError) return `${error.code} ${error.details.problems[0]!.path}`;
    throw error;
  }
  return 'nothing thrown';
}

const EXACT = [0, 0, 0, 0, 0];

describe('evaluatePck', () => {
  it('counts a distance equal to the threshold, in torsos or boxes', () => {
    const one = person(1);
    const results = [resultFor(one, [0, 10, 10.01, 20, 20.01])];
    expect(evaluatePck(file([one]), results).pck).toBe(2 / 5);
    const box = evaluatePck(file([one]), results, { by: 'box' });
    expect(box.pck).toBe(4 / 5);
    expect(box.perKeypoint).toEqual([1, 1, 1, 1, 0]);
    expect(evaluatePck(file([one]), results, { threshold: 0.4 }).pck).toBe(4 / 5);
  });

  it("has mmpose's strict rule by name", () => {
    const one = person(1);
    const results = [resultFor(one, [0, 10, 9.9, 20, 20])];
    const evaluation = evaluatePck(file([one]), results, { rules: 'mmpose' });
    expect(evaluation.perKeypoint).toEqual([1, 0, 1, 0, 0]);
    expect(evaluation.pck).toBeCloseTo(2 / 5, 15);
  });

  it('pools labelled keypoints, where mmpose takes the mean over keypoints', () => {
    const two = person(2, 0, { image_id: 2 });
    for (const i of [5, 11, 14]) two.keypoints[i] = 0;
    const results = [
      resultFor(person(1), EXACT),
      resultFor({ image_id: 2, keypoints: two.keypoints }, [30, 0, 30, 0, 0]),
    ];
    const truth = file([person(1), two]);
    const pooled = evaluatePck(truth, results);
    expect(pooled).toMatchObject({ pck: 5 / 7, counted: 7, countedPerKeypoint: [2, 1, 2, 1, 1] });
    expect(evaluatePck(truth, results, { rules: 'mmpose' }).pck).toBeCloseTo(4 / 5, 15);
  });

  it('leaves out people whose normaliser is not known, and says so', () => {
    const noHip = person(2, 0, { image_id: 2 });
    noHip.keypoints[8] = 0;
    const point = person(3, 100, { image_id: 2 });
    for (const i of [0, 1, 6, 7]) point.keypoints[i] = 100;
    const nothing = person(4, 200, { keypoints: new Array(15).fill(0) });
    const crowd = person(5, 0, { iscrowd: 1 });
    const truth = file([person(1), noHip, point, nothing, crowd]);
    const evaluation = evaluatePck(truth, [resultFor(person(1), EXACT)]);
    expect(evaluation).toMatchObject({ pck: 1, people: 1, withoutResult: 0, counted: 5 });
    expect(evaluation.leftOut).toEqual([
      { reason: 'torso-unlabelled', count: 1 },
      { reason: 'zero-length', count: 1 },
      { reason: 'unlabelled', count: 1 },
      { reason: 'crowd', count: 1 },
    ]);
  });

  it('misses all keypoints of a person without a result', () => {
    const truth = file([person(1), person(2, 0, { image_id: 2 })]);
    const evaluation = evaluatePck(truth, [resultFor(person(1), EXACT)]);
    expect(evaluation).toMatchObject({ pck: 1 / 2, people: 2, withoutResult: 1 });
    const strict = evaluatePck(truth, [resultFor(person(1), EXACT)], { rules: 'mmpose' });
    expect(strict.pck).toBe(1 / 2);
  });

  it('is null when nobody is counted', () => {
    const crowd = person(1, 0, { iscrowd: 1 });
    for (const rules of ['pooled', 'mmpose'] as const) {
      const evaluation = evaluatePck(file([crowd]), [resultFor(crowd, EXACT)], { rules });
      expect(evaluation).toMatchObject({ pck: null, people: 0, counted: 0 });
      expect(evaluation.perKeypoint).toEqual([null, null, null, null, null]);
      expect(evaluation.countedPerKeypoint).toEqual(EXACT);
    }
  });

  it('reads COCO files by their names', () => {
    const keypoints = coco17.keypoints.flatMap((_, i) => [10 * i, (i * i) % 7, 2]);
    const annotation = { id: 1, image_id: 1, category_id: 1, keypoints };
    const truth = { ...file([annotation]), categories: [{ id: 1, keypoints: coco17.keypoints }] };
    const result = { image_id: 1, category_id: 1, score: 1, keypoints };
    expect(evaluatePck(truth, [result])).toMatchObject({ pck: 1, counted: 17 });
  });
});

describe('evaluatePck gives results to people', () => {
  const [left, right] = [person(1), person(2, 70)];
  const exactLeft = resultFor(left, EXACT, { score: 0.1 });
  const exactRight = resultFor(right, EXACT, { score: 0.2 });
  const bad = resultFor(left, [99, 99, 99, 99, 99], { score: 0.9 });

  it('the best-scored one, when alone', () => {
    expect(evaluatePck(file([left]), [exactLeft, bad]).pck).toBe(0);
    expect(evaluatePck(file([left]), [exactLeft, { ...bad, score: 0 }]).pck).toBe(1);
  });

  it('one to one by similarity, when several', () => {
    expect(evaluatePck(file([left, right]), [exactRight, bad, exactLeft]).pck).toBe(1);
    const twice = evaluatePck(file([left, right]), [exactLeft, exactLeft]);
    expect(twice).toMatchObject({ pck: 1 / 2, withoutResult: 0 });
    const single = evaluatePck(file([left, right]), [exactLeft]);
    expect(single).toMatchObject({ pck: 1 / 2, withoutResult: 1 });
  });

  it('lets a person who is left out keep the result that is theirs', () => {
    const noHip = person(3, 70);
    noHip.keypoints[8] = 0;
    const evaluation = evaluatePck(file([left, noHip]), [exactRight, exactLeft]);
    expect(evaluation).toMatchObject({ pck: 1, people: 1 });
  });

  it('by annotation id, when the results carry it', () => {
    const swapped = [
      { ...exactLeft, annotation_id: 2 },
      { ...exactRight, annotation_id: 1 },
    ];
    expect(evaluatePck(file([left, right]), swapped).pck).toBe(0);
    const best = [
      { ...bad, annotation_id: 1, score: 0 },
      { ...exactLeft, annotation_id: 1 },
    ];
    expect(evaluatePck(file([left]), best).pck).toBe(1);
    const mixed = [{ ...bad, annotation_id: 1 }, exactLeft, exactRight];
    expect(evaluatePck(file([left, right]), mixed).pck).toBe(1 / 2);
  });

  it('without areas too, by box or by extent', () => {
    const { area: _, ...noArea } = left;
    const { area: __, bbox: ___, ...bare } = right;
    expect(evaluatePck(file([noArea, bare]), [exactRight, exactLeft]).pck).toBe(1);
  });
});

describe('evaluatePck refuses', () => {
  const one = person(1);
  const result = resultFor(one, EXACT);
  const evaluate = (
    change: Partial<CocoKeypointResult>,
    options: PckOptions = {},
    truth: CocoKeypointFile = file([one]),
  ) => evaluatePck(truth, [{ ...result, ...change }], options);

  it.each<[string, () => unknown, string]>([
    ['no results', () => evaluatePck(file([one]), []), 'EMPTY_RESULTS results'],
    ['unknown images', () => evaluate({ image_id: 5 }), 'BAD_ANNOTATION results[0].image_id'],
    [
      'unknown categories',
      () => evaluate({ category_id: 5 }),
      'BAD_ANNOTATION results[0].category_id',
    ],
    [
      'unknown annotations',
      () => evaluate({ annotation_id: 5 }),
      'BAD_ANNOTATION results[0].annotation_id',
    ],
    [
      'wrong keypoint counts',
      () => evaluate({ keypoints: [1, 2, 1] }),
      'SHAPE_MISMATCH results[0].keypoints',
    ],
    ['scores that are NaN', () => evaluate({ score: Number.NaN }), 'NON_FINITE results[0].score'],
    ['a zero threshold', () => evaluate({}, { threshold: 0 }), 'OUT_OF_RANGE threshold'],
    [
      'missing boxes',
      () => evaluate({}, { by: 'box' }, file([{ ...one, bbox: [] }])),
      'BAD_ANNOTATION annotations[0].bbox',
    ],
    [
      'files without keypoint names',
      () => evaluate({}, {}, { ...file([one]), categories: [{ id: 1 }] }),
      'BAD_SKELETON categories',
    ],
    [
      'skeletons without torso',
      () => {
        const skeleton = defineSkeleton({
          name: 'x',
          keypoints: ['a', 'b', 'c', 'd', 'e'],
          oksSigmas: [1, 1, 1, 1, 1],
        });
        return evaluate({}, { skeleton });
      },
      'BAD_SKELETON skeleton.torso',
    ],
  ])('%s', (_, run, expected) => {
    expect(codeOf(run)).toBe(expected);
  });
});

describe.skipIf(!hasReferenceData('lspet'))('on Leeds Sports Pose', () => {
  it('counts whoever has a right shoulder and a left hip, and scores the labels themselves 1', () => {
    const truth = readReferenceJson<CocoKeypointFile>(
      referencePath('lspet', 'person_keypoints_val.json'),
    );
    const results = truth.annotations.map(({ image_id, category_id, keypoints }) => ({
      image_id,
      category_id,
      score: 1,
      keypoints: keypoints!,
    }));
    const evaluation = evaluatePck(truth, results);
    const [shoulder, hip] = [8, 3];
    const measurable = truth.annotations.filter(
      ({ keypoints }) => keypoints![3 * shoulder + 2]! > 0 && keypoints![3 * hip + 2]! > 0,
    ).length;
    expect(evaluation).toMatchObject({ pck: 1, people: measurable, withoutResult: 0 });
    expect(evaluation.leftOut).toEqual([
      { reason: 'torso-unlabelled', count: truth.annotations.length - measurable },
    ]);
  });
});
