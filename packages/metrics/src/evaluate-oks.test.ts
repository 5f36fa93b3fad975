import { coco17 } from '@pose-distill/skeletons';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CocoKeypointAnnotation,
  type CocoKeypointFile,
  type CocoKeypointResult,
  evaluateOks,
  MetricsError,
  type OksOptions,
  oksAp,
} from './index.js';
import { COCO_OKS_SIGMAS, linearlySpaced } from './oks-options.js';

const OKS_SIGMAS = [0.1, 0.1];
const options: OksOptions = { oksSigmas: OKS_SIGMAS };

const person: CocoKeypointAnnotation = {
  id: 1,
  image_id: 7,
  category_id: 1,
  iscrowd: 0,
  num_keypoints: 2,
  area: 2500,
  bbox: [0, 0, 50, 50],
  keypoints: [10, 10, 2, 40, 40, 2],
};
const result: CocoKeypointResult = {
  image_id: 7,
  category_id: 1,
  score: 0.9,
  keypoints: [10, 10, 1, 40, 40, 1],
};

function file(annotations: readonly CocoKeypointAnnotation[]): CocoKeypointFile {
  return { images: [{ id: 7 }, { id: 8 }], annotations, categories: [{ id: 1, name: 'person' }] };
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

/** People on a few images, each with a result near them, all scores different. */
const randomSet = fc
  .array(
    fc.record({
      image: fc.integer({ min: 1, max: 4 }),
      area: fc.integer({ min: 500, max: 20000 }),
      points: fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 4, maxLength: 4 }),
      shift: fc.integer({ min: 0, max: 40 }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((people) => {
    const images = [1, 2, 3, 4].map((id) => ({ id }));
    const annotations = people.map(({ image, area, points: [a, b, c, d] }, i) => ({
      ...person,
      image_id: image,
      id: 10 + i,
      area,
      keypoints: [a!, b!, 2, c!, d!, 1],
    }));
    const results = people.map(({ image, points: [a, b, c, d], shift }, i) => ({
      image_id: image,
      category_id: 1,
      score: ((7 * i) % 13) / 13,
      keypoints: [a! + shift + i / 64, b!, 1, c!, d! - shift, 1],
    }));
    return { truth: { images, annotations, categories: [{ id: 1 }] }, results };
  });

describe('evaluateOks', () => {
  it('scores a perfect result as the reference does: one counted person is not quite 1', () => {
    const { stats } = evaluateOks(file([person]), [result], options);
    const almostOne = 1 / (1 + 2 ** -52);
    expect(stats.AP).toBeCloseTo(almostOne, 15);
    expect(stats.AP50).not.toBe(1);
    expect(stats.AR).toBe(1);
    expect(stats.APl).toBeNull();
    expect(stats.ARl).toBeNull();
  });

  it('gives the same numbers and tables without matches', () => {
    fc.assert(
      fc.property(randomSet, ({ truth, results }) => {
        const { matches, oks, ...scores } = evaluateOks(truth, results, options);
        expect(oksAp(truth, results, options)).toEqual(scores);
      }),
      { numRuns: 20 },
    );
  });

  it('counts people without results as missed', () => {
    const other = { ...person, id: 2, image_id: 8 };
    const { stats } = evaluateOks(file([person, other]), [result], options);
    expect(stats.AR).toBe(0.5);
    expect(stats.AP).toBeCloseTo(51 / 101, 12);
  });

  it('gives null, never -1, when nobody is counted', () => {
    const { stats } = evaluateOks(file([{ ...person, num_keypoints: 0 }]), [result], options);
    expect(Object.values(stats)).toEqual(new Array(10).fill(null));
  });

  it('numbers results by their place in the file', () => {
    const far = { ...result, keypoints: [900, 900, 1, 900, 900, 1] };
    const evaluation = evaluateOks(file([person]), [far, result], options);
    const [all] = evaluation.matches();
    expect(all?.dtIds).toEqual([1, 2]);
    expect(all?.gtMatches[0]).toBe(2);
    expect(evaluation.oks(7, 1)?.oks[1]).toBe(1);
    expect(evaluation.oks(8, 1)).toBeUndefined();
  });

  it('does not depend on the order of the files, nor changes them', () => {
    const reversed = <T>(list: readonly T[]): T[] => [...list].reverse();
    fc.assert(
      fc.property(randomSet, ({ truth, results }) => {
        const before = JSON.stringify([truth, results]);
        const straight = evaluateOks(truth, results, options);
        const similar = straight.imageIds.flatMap((id) => [...(straight.oks(id, 1)?.oks ?? [])]);
        // Of equally similar people the later in the file is taken, so the order may matter then.
        const different = similar.filter((oks) => oks > 0.5);
        fc.pre(new Set(different).size === different.length);
        const mixed = evaluateOks(
          {
            images: reversed(truth.images),
            annotations: reversed(truth.annotations),
            categories: truth.categories,
          },
          reversed(results),
          options,
        );
        expect(mixed.stats).toEqual(straight.stats);
        expect(mixed.precision.data).toEqual(straight.precision.data);
        expect(JSON.stringify([truth, results])).toBe(before);
      }),
      { numRuns: 50 },
    );
  });

  it('has the sigmas of the skeleton', () => {
    expect(COCO_OKS_SIGMAS).toEqual(coco17.oksSigmas);
  });

  it('spaces thresholds as NumPy does', () => {
    const thresholds = linearlySpaced(0.5, 0.95, 10);
    expect(thresholds[8]).toBe(0.8999999999999999);
    expect(thresholds[7]).toBe(0.85);
    const recalls = linearlySpaced(0, 1, 101);
    const unequal = recalls.flatMap((recall, i) => (recall === i / 100 ? [] : [i]));
    expect(unequal).toEqual([35, 41, 47, 57, 69, 70, 82, 83, 94, 95]);
  });
});

describe('evaluateOks refuses', () => {
  const without = (field: keyof CocoKeypointAnnotation): CocoKeypointAnnotation => {
    const { [field]: _, ...rest } = person;
    return rest as CocoKeypointAnnotation;
  };

  it.each<[string, () => unknown, string]>([
    ['no results', () => evaluateOks(file([person]), []), 'EMPTY_RESULTS results'],
    [
      'results of unknown images',
      () => evaluateOks(file([person]), [result, { ...result, image_id: 9 }], options),
      'BAD_ANNOTATION results[1].image_id',
    ],
    [
      'another number of keypoints in the results',
      () => evaluateOks(file([person]), [{ ...result, keypoints: [1, 2, 1] }], options),
      'SHAPE_MISMATCH results[0].keypoints',
    ],
    [
      'another number of keypoints than sigmas',
      () => evaluateOks(file([person]), [result]),
      'SHAPE_MISMATCH annotations[0].keypoints',
    ],
    [
      'a score that is not a number',
      () => evaluateOks(file([person]), [{ ...result, score: Number.NaN }], options),
      'NON_FINITE results[0].score',
    ],
    [
      'a coordinate that is not finite',
      () =>
        evaluateOks(file([person]), [{ ...result, keypoints: [1, 2, 1, 3, Infinity, 1] }], options),
      'NON_FINITE results[0].keypoints[3]',
    ],
    [
      'a missing iscrowd',
      () => evaluateOks(file([without('iscrowd')]), [result], options),
      'BAD_ANNOTATION annotations[0].iscrowd',
    ],
    [
      'a missing num_keypoints',
      () => evaluateOks(file([without('num_keypoints')]), [result], options),
      'BAD_ANNOTATION annotations[0].num_keypoints',
    ],
    [
      'a missing area',
      () => evaluateOks(file([without('area')]), [result], options),
      'BAD_ANNOTATION annotations[0].area',
    ],
    [
      'an unlabelled person without box',
      () =>
        evaluateOks(
          file([{ ...without('bbox'), keypoints: [0, 0, 0, 0, 0, 0] }]),
          [result],
          options,
        ),
      'BAD_ANNOTATION annotations[0].bbox',
    ],
    [
      'some results without box',
      () => evaluateOks(file([person]), [{ ...result, bbox: [0, 0, 5, 5] }, result], options),
      'BAD_ANNOTATION results[1].bbox',
    ],
    [
      'bad options',
      () => evaluateOks(file([person]), [result], { ...options, maxDetections: 0 }),
      'OUT_OF_RANGE options.maxDetections[0]',
    ],
    [
      'sigmas that are not positive',
      () => evaluateOks(file([person]), [result], { oksSigmas: [0.1, 0] }),
      'OUT_OF_RANGE options.oksSigmas[1]',
    ],
  ])('%s', (_, run, expected) => {
    expect(codeOf(run)).toBe(expected);
  });

  it('with all problems at once', () => {
    const bad = { ...without('iscrowd'), area: Number.NaN };
    try {
      evaluateOks(file([bad]), [{ ...result, score: Number.NaN }], options);
      expect.unreachable();
    } catch (error) {
      expect((error as MetricsError).details.problems.map(({ path }) => path)).toEqual([
        'annotations[0].iscrowd',
        'annotations[0].area',
        'results[0].score',
      ]);
    }
  });

  it('only what is evaluated', () => {
    const other = { ...without('area'), id: 2, image_id: 8 };
    const evaluation = evaluateOks(file([person, other]), [result], { ...options, imageIds: [7] });
    expect(evaluation.stats.AR).toBe(1);
  });
});
