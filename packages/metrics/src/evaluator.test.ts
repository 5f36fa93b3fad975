import { fileURLToPath } from 'node:url';
import { readReferenceJson } from '@pose-distill/internal-testing';
import { findChromium, runInChromium } from '@pose-distill/internal-testing/chromium';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runParts } from './evaluator.browser.js';
import {
  type CocoKeypointFile,
  type CocoKeypointResult,
  type CrowdPoseRules,
  createCrowdPoseEvaluator,
  createEvaluator,
  type Evaluator,
  type EvaluatorOptions,
  evaluateCrowdPose,
  evaluateOks,
  MetricsError,
  type OksParams,
  oksOptionsFromParams,
} from './index.js';

const OKS_SIGMAS = [0.1, 0.07];
const options: EvaluatorOptions = {
  oksSigmas: OKS_SIGMAS,
  categoryIds: [1, 2],
  recallThresholds: [0, 0.2, 0.5, 0.9, 1],
};

interface Files {
  readonly truth: CocoKeypointFile;
  readonly results: readonly CocoKeypointResult[];
}

const pose = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 4, maxLength: 4 });
const files: fc.Arbitrary<Files> = fc
  .record({
    people: fc.array(
      fc.record({
        image: fc.integer({ min: 1, max: 6 }),
        category: fc.integer({ min: 1, max: 2 }),
        area: fc.constantFrom(0, 900, 1024, 5000, 9216, 20000),
        pose,
        flags: fc.constantFrom([2, 1], [0, 2], [0, 0]),
        iscrowd: fc.constantFrom(0, 0, 0, 1),
        shown: fc.constantFrom(0, 2, 2, 2),
      }),
      { maxLength: 14 },
    ),
    found: fc.array(
      fc.record({
        image: fc.integer({ min: 1, max: 6 }),
        category: fc.integer({ min: 1, max: 2 }),
        pose,
        score: fc.constantFrom(0.1, 0.5, 0.9),
      }),
      { minLength: 1, maxLength: 30 },
    ),
    boxes: fc.boolean(),
  })
  .map(({ people, found, boxes }) => ({
    truth: {
      images: [4, 2, 6, 1, 3, 5].map((id) => ({ id, crowdIndex: id / 5 })),
      categories: [{ id: 1 }, { id: 2 }],
      annotations: people.map(({ image, category, area, pose, flags, iscrowd, shown }, i) => ({
        ...{ id: i, image_id: image, category_id: category, area, iscrowd, num_keypoints: shown },
        bbox: [pose[0]!, pose[1]!, 40, 50],
        keypoints: [pose[0]!, pose[1]!, flags[0]!, pose[2]!, pose[3]!, flags[1]!],
      })),
    },
    results: found.map(({ image, category, pose, score }) => ({
      ...{ image_id: image, category_id: category, score },
      keypoints: [pose[0]!, pose[1]!, 1, pose[2]!, pose[3]!, 0],
      ...(boxes ? { bbox: [pose[0]!, pose[1]!, pose[2]! + 1, 30 * pose[3]!] } : {}),
    })),
  }));

function addImage(evaluator: Evaluator<unknown>, { truth, results }: Files, imageId: number): void {
  evaluator.add({
    imageId,
    annotations: truth.annotations.filter(({ image_id: id }) => id === imageId),
    results: results.filter(({ image_id: id }) => id === imageId),
    crowdIndex: truth.images.find(({ id }) => id === imageId)!.crowdIndex!,
  });
}

/** Evaluates in parts: which image goes to which, and in which order they are merged. */
function inParts<R>(
  create: () => Evaluator<R>,
  all: Files,
  parts: readonly number[],
  asBytes: boolean,
): R {
  const evaluators = [create(), create(), create()];
  all.truth.images.forEach(({ id }, i) => {
    addImage(evaluators[parts[i]! % 3]!, all, id);
  });
  const order = [0, 1, 2].sort((a, b) => parts[a]! - parts[b]!);
  const whole = evaluators[order[0]!]!;
  for (const part of order.slice(1)) {
    whole.merge(asBytes ? evaluators[part]!.serialise() : evaluators[part]!);
  }
  return whole.result();
}

const parts = fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 6, maxLength: 6 });

describe('createEvaluator', () => {
  it('gives the whole from parts in any order, bit for bit', () => {
    fc.assert(
      fc.property(files, parts, fc.boolean(), (all, where, asBytes) => {
        const { matches: _, oks: __, ...whole } = evaluateOks(all.truth, all.results, options);
        expect(inParts(() => createEvaluator(options), all, where, asBytes)).toEqual(whole);
      }),
      { numRuns: 100 },
    );
  });

  it('agrees with evaluateOks under other parameters', () => {
    interface Case {
      seed: number;
      params: OksParams;
      gt: CocoKeypointFile;
      dt: CocoKeypointResult[];
    }
    const cases = readReferenceJson<Case[]>(
      fileURLToPath(new URL('../test/golden/oks-options.json', import.meta.url)),
    );
    let compared = 0;
    for (const { params, gt, dt } of cases) {
      const imageOf = new Map(gt.annotations.map(({ id, image_id: image }) => [id, image]));
      if (gt.annotations.some(({ id, image_id: image }) => imageOf.get(id) !== image)) continue;
      const given = oksOptionsFromParams({ catIds: gt.categories.map(({ id }) => id), ...params });
      const evaluator = createEvaluator(given);
      for (const id of new Set(gt.images.map((image) => image.id)))
        addImage(evaluator, { truth: gt, results: dt }, id);
      const whole = evaluateOks(gt, dt, given);
      const result = evaluator.result();
      expect(result.stats).toEqual(whole.stats);
      expect(result.precision).toEqual(whole.precision);
      expect(result.scores).toEqual(whole.scores);
      compared++;
    }
    expect(compared).toBeGreaterThan(3);
  });

  it('finds the categories itself', () => {
    const [all] = fc.sample(files, { numRuns: 1, seed: 3 }) as [Files];
    const whole = evaluateOks(all.truth, all.results, { oksSigmas: OKS_SIGMAS });
    const { stats } = inParts(
      () => createEvaluator({ oksSigmas: OKS_SIGMAS }),
      all,
      [5, 1, 2, 0, 4, 3],
      true,
    );
    expect(stats).toEqual(whole.stats);
  });

  it.skipIf(!findChromium())('gives the same in Chromium', async () => {
    const path = fileURLToPath(new URL('./evaluator.browser.ts', import.meta.url));
    expect(await runInChromium(path)).toEqual(runParts());
  });
});

describe('createCrowdPoseEvaluator', () => {
  it.each<CrowdPoseRules>(['crowdposetools', 'xtcocotools'])('gives the whole: %s', (rules) => {
    fc.assert(
      fc.property(files, parts, fc.boolean(), (all, where, asBytes) => {
        const given = { ...options, rules };
        const { matches: _, ...whole } = evaluateCrowdPose(all.truth, all.results, given);
        expect(inParts(() => createCrowdPoseEvaluator(given), all, where, asBytes)).toEqual(whole);
      }),
      { numRuns: 40 },
    );
  });
});

describe('an evaluator refuses', () => {
  const person = {
    ...{ id: 5, image_id: 1, category_id: 1, area: 900, iscrowd: 0, num_keypoints: 2 },
    keypoints: [1, 1, 2, 5, 5, 2],
  };
  const result = { image_id: 1, category_id: 1, score: 0.5, keypoints: [1, 1, 1, 5, 5, 1] };
  const started = (given = options): Evaluator<unknown> => {
    const evaluator = createEvaluator(given);
    evaluator.add({ imageId: 1, annotations: [person], results: [result] });
    return evaluator;
  };
  const changed = (change: (bytes: Uint8Array) => Uint8Array | undefined): Uint8Array => {
    const bytes = started().serialise();
    return change(bytes) ?? bytes;
  };
  const two = (more: object): void => {
    const evaluator = started();
    evaluator.add({
      imageId: 2,
      annotations: [{ ...person, image_id: 2, id: 6 }],
      results: [{ ...result, image_id: 2 }],
      ...more,
    });
    evaluator.result();
  };

  it.each<[string, () => unknown, string]>([
    [
      'an image twice',
      () => started().add({ imageId: 1, annotations: [], results: [] }),
      'BAD_PARTIAL imageId',
    ],
    ['an image in two parts', () => started().merge(started()), 'BAD_PARTIAL imageIds'],
    [
      'other options',
      () => started().merge(createEvaluator({ ...options, maxDetections: 5 })),
      'BAD_PARTIAL options',
    ],
    ['other bytes', () => started().merge(new Uint8Array(100)), 'BAD_PARTIAL bytes'],
    ['too few bytes', () => started().merge(new Uint8Array(3)), 'BAD_PARTIAL bytes'],
    [
      'bytes cut short',
      () => createEvaluator(options).merge(changed((bytes) => bytes.subarray(0, -1))),
      'BAD_PARTIAL bytes',
    ],
    [
      'a changed bit',
      () =>
        createEvaluator(options).merge(
          changed((bytes) => {
            bytes[bytes.length - 9]! ^= 4;
            return undefined;
          }),
        ),
      'BAD_PARTIAL bytes',
    ],
    [
      'another version',
      () =>
        createEvaluator(options).merge(
          changed((bytes) => {
            bytes[4] = 9;
            return undefined;
          }),
        ),
      'BAD_PARTIAL bytes',
    ],
    ['nothing found', () => createEvaluator(options).result(), 'EMPTY_RESULTS results'],
    [
      'people of another image',
      () => two({ annotations: [{ ...person, id: 7 }] }),
      'BAD_ANNOTATION annotations[0].image_id',
    ],
    [
      'one id in two images',
      () => two({ annotations: [{ ...person, image_id: 2 }] }),
      'BAD_ANNOTATION annotation 5',
    ],
    [
      'boxes on some results',
      () => two({ results: [{ ...result, image_id: 2, bbox: [0, 0, 5, 5] }] }),
      'BAD_ANNOTATION results',
    ],
    [
      'an image without crowdIndex',
      () => createCrowdPoseEvaluator().add({ imageId: 1, annotations: [], results: [] }),
      'BAD_ANNOTATION crowdIndex',
    ],
  ])('%s', (_, run, expected) => {
    try {
      run();
    } catch (error) {
      const { code, details } = error as MetricsError;
      expect(`${code} ${details.problems[0]!.path}`).toBe(expected);
      return;
    }
    expect.unreachable();
  });

  it('a bad image without keeping any of it', () => {
    const evaluator = started();
    const before = evaluator.serialise();
    const bad = { ...result, image_id: 2, score: Number.NaN };
    expect(() => evaluator.add({ imageId: 2, annotations: [], results: [bad] })).toThrow(
      MetricsError,
    );
    expect(evaluator.serialise()).toEqual(before);
    expect(evaluator.imageCount).toBe(1);
  });
});
