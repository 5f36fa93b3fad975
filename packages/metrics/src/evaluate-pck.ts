import { type Skeleton, skeletonFromKeypoints } from '@pose-distill/skeletons';
import type { CocoKeypointFile, CocoKeypointResult } from './coco.js';
import { collectProblems, fail } from './error.js';
import { pushTo } from './grouping.js';
import { keypointPckAccuracy } from './keypoint-accuracy.js';
import { createOksKernel } from './oks.js';
import { checkResult, checkResultImages } from './oks-check.js';
import { checkThreshold, type Pck, pck } from './pck.js';
import { assignResults } from './pck-assign.js';
import {
  groupKey,
  type LeftOutReason,
  type PckNormaliser,
  type PckPerson,
  selectPeople,
} from './pck-people.js';

/** Options of `evaluatePck`. */
export interface PckOptions {
  /** Largest distance that counts, in normalisers. @default 0.2 */
  readonly threshold?: number;
  /** @default 'torso' */
  readonly by?: PckNormaliser;
  /**
   * `pooled`: all keypoints together, a distance equal to the threshold is correct. `mmpose`: the mean over keypoints of each one's
   * share, in single precision, a distance equal to the threshold is a miss. @default 'pooled'
   */
  readonly rules?: 'pooled' | 'mmpose';
  /** @default what the keypoint names in the file's categories mean. */
  readonly skeleton?: Skeleton;
}

/** What `evaluatePck` gives. */
export interface PckEvaluation extends Pck {
  /** How many people are counted. */
  readonly people: number;
  /** How many of them have no result; their keypoints are misses. */
  readonly withoutResult: number;
  /** People who are not counted, by reason. */
  readonly leftOut: readonly { readonly reason: LeftOutReason; readonly count: number }[];
}

/**
 * Percentage of correct keypoints (as a share in 0..1) of results in COCO form, over the labelled keypoints (visibility above 0)
 * of all people. `pck` is null when nobody is counted.
 *
 * Left out, and counted in `leftOut`: crowds, people without labelled keypoints, people whose torso is not labelled at both
 * ends (`by: 'torso'`), and people whose normaliser is 0. A person gets the result that carries their `annotation_id`; else the
 * best-scored result of the image if they are alone there; else one result by falling OKS, one to one.
 *
 * @throws MetricsError `EMPTY_RESULTS`; `BAD_ANNOTATION` for results of unknown images, categories or annotations, and for missing
 * boxes; `BAD_SKELETON` when the skeleton is not known or has no torso; `SHAPE_MISMATCH` for a wrong number of keypoints;
 * `NON_FINITE`; `OUT_OF_RANGE` for the threshold.
 * @see Yang and Ramanan, PAMI 2013
 * @example
 * evaluatePck(groundTruth, results, { threshold: 0.2, by: 'torso' }).pck; // 0.39...
 */
export function evaluatePck(
  groundTruth: CocoKeypointFile,
  results: readonly CocoKeypointResult[],
  options: PckOptions = {},
): PckEvaluation {
  const { threshold = 0.2, by = 'torso', rules = 'pooled' } = options;
  checkThreshold(threshold);
  const skeleton = options.skeleton ?? skeletonOf(groundTruth);
  if (by === 'torso' && !skeleton.torso) {
    const message = `'${skeleton.name}' has no right shoulder or no left hip; use by: 'box'`;
    fail('BAD_SKELETON', 'skeleton.torso', message);
  }
  checkResults(groundTruth, results, skeleton);
  const { groups, leftOut } = selectPeople(groundTruth, skeleton, by);
  const resultGroups = new Map<string, CocoKeypointResult[]>();
  for (const result of results) pushTo(resultGroups, groupKey(result), result);
  const oks = createOksKernel(skeleton.oksSigmas);

  const pairs: { person: PckPerson; result: CocoKeypointResult | undefined }[] = [];
  for (const [key, people] of groups) {
    const found = resultGroups.get(key) ?? [];
    const annotations = people.map(({ annotation }) => annotation);
    assignResults(annotations, found, oks).forEach((index, p) => {
      const person = people[p]!;
      if (!person.leftOut) pairs.push({ person, result: found[index] });
    });
  }
  const poses = pack(pairs, skeleton.keypoints.length);
  const pooled = pck({ ...poses, threshold });
  const evaluation: PckEvaluation = {
    ...pooled,
    perKeypoint: pairs.length > 0 ? pooled.perKeypoint : skeleton.keypoints.map(() => null),
    countedPerKeypoint:
      pairs.length > 0 ? pooled.countedPerKeypoint : skeleton.keypoints.map(() => 0),
    people: pairs.length,
    withoutResult: pairs.filter(({ result }) => !result).length,
    leftOut: Array.from(leftOut, ([reason, count]) => ({ reason, count })),
  };
  if (rules === 'pooled') return evaluation;
  const { average, perKeypoint } = keypointPckAccuracy(
    {
      predicted: poses.predicted,
      truth: poses.truth,
      mask: poses.weights,
      keypoints: skeleton.keypoints.length,
      normalisers: poses.normalisers.flatMap((length) => [length, length]),
    },
    threshold,
  );
  return { ...evaluation, pck: average, perKeypoint };
}

function skeletonOf({ categories }: CocoKeypointFile): Skeleton {
  const lists = new Map<string, readonly string[]>();
  for (const { keypoints } of categories) {
    if (keypoints) lists.set(JSON.stringify(keypoints), keypoints);
  }
  const [names] = lists.values();
  if (lists.size === 1 && names) return skeletonFromKeypoints(names);
  const got = lists.size === 0 ? 'none' : `${lists.size} different ones`;
  const message = `expected one list of keypoint names, got ${got}; pass options.skeleton`;
  return fail('BAD_SKELETON', 'categories', message);
}

function checkResults(
  groundTruth: CocoKeypointFile,
  results: readonly CocoKeypointResult[],
  skeleton: Skeleton,
): void {
  checkResultImages(groundTruth, results);
  const problems = collectProblems();
  const categories = new Set(groundTruth.categories.map(({ id }) => id));
  const annotations = new Map(groundTruth.annotations.map((item) => [item.id, groupKey(item)]));
  results.forEach((result, i) => {
    checkResult(result, i, skeleton.keypoints.length, problems);
    const { category_id: category, annotation_id: annotation } = result;
    if (!categories.has(category)) {
      const message = `category ${category} is not in the ground truth`;
      problems.add('BAD_ANNOTATION', `results[${i}].category_id`, message);
    } else if (annotation !== undefined && annotations.get(annotation) !== groupKey(result)) {
      const message = `no annotation ${annotation} in image ${result.image_id}, category ${category}`;
      problems.add('BAD_ANNOTATION', `results[${i}].annotation_id`, message);
    }
  });
  problems.throwIfAny();
}

interface Packed {
  readonly predicted: Float64Array;
  readonly truth: Float64Array;
  readonly weights: Float64Array;
  readonly normalisers: number[];
}

function pack(
  pairs: readonly { person: PckPerson; result: CocoKeypointResult | undefined }[],
  keypointCount: number,
): Packed {
  const size = pairs.length * keypointCount;
  const predicted = new Float64Array(2 * size).fill(Number.NaN);
  const truth = new Float64Array(2 * size);
  const weights = new Float64Array(size);
  pairs.forEach(({ person, result }, n) => {
    const labels = person.annotation.keypoints!;
    for (let k = 0; k < keypointCount; k++) {
      const i = n * keypointCount + k;
      weights[i] = labels[3 * k + 2]! > 0 ? 1 : 0;
      truth[2 * i] = labels[3 * k]!;
      truth[2 * i + 1] = labels[3 * k + 1]!;
      if (!result) continue;
      predicted[2 * i] = result.keypoints[3 * k]!;
      predicted[2 * i + 1] = result.keypoints[3 * k + 1]!;
    }
  });
  return { predicted, truth, weights, normalisers: pairs.map(({ person }) => person.normaliser) };
}
