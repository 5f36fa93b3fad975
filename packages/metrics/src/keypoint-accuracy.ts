import { fail } from './error.js';
import { pairwiseSum } from './pairwise-sum.js';

/**
 * mmpose's conventions, which differ from `pck`: distances in single precision, a keypoint is right when strictly nearer than the
 * threshold, and the average is over keypoints, whatever their number of samples.
 */
export interface KeypointArrays {
  /** [N,K,D]. For PCK and AUC a keypoint with a number that is not finite is a miss. */
  readonly predicted: ArrayLike<number>;
  /** [N,K,D] */
  readonly truth: ArrayLike<number>;
  /** [N,K]: keypoints whose entry is above 0 are counted. */
  readonly mask: ArrayLike<number>;
  /** Number of keypoints. */
  readonly keypoints: number;
  /** D. @default 2 */
  readonly dimensions?: number;
}

export interface NormalisedKeypointArrays extends KeypointArrays {
  /** [N,D]: what each coordinate difference is divided by. A sample with a 0 is left out; a negative one stands for 1e6. */
  readonly normalisers: ArrayLike<number>;
}

export interface KeypointAccuracy {
  /** [K]: share of samples nearer than the threshold; null for a keypoint without samples (mmpose says -1). */
  readonly perKeypoint: readonly (number | null)[];
  /** Mean over the keypoints with samples; null without any (mmpose says 0). */
  readonly average: number | null;
  /** How many keypoints have samples. */
  readonly count: number;
}

/**
 * mmpose's per-keypoint PCK.
 * @param arrays poses, mask and normalisers.
 * @param threshold in normalisers. A distance equal to it is a miss.
 * @throws MetricsError `SHAPE_MISMATCH`; `OUT_OF_RANGE` for a threshold that is not a number; `NON_FINITE` for a normaliser or a counted
 * true keypoint that is not one.
 * @see mmpose `keypoint_pck_accuracy`
 */
export function keypointPckAccuracy(
  arrays: NormalisedKeypointArrays,
  threshold: number,
): KeypointAccuracy {
  if (Number.isNaN(threshold)) fail('OUT_OF_RANGE', 'threshold', 'expected a number, got NaN');
  return accuracyBelow(normalisedDistances(arrays), arrays.keypoints, threshold);
}

/**
 * mmpose's area under the PCK curve: the mean accuracy at thresholds 0, 1/n, ... (n-1)/n, so a perfect prediction scores
 * (n-1)/n. Null where nothing is counted (mmpose says 0).
 * @param normaliser one length for all samples and dimensions, in pixels.
 * @param thresholdCount n. @default 20
 * @throws MetricsError `SHAPE_MISMATCH`, `OUT_OF_RANGE`, `NON_FINITE` as in `keypointPckAccuracy`
 * @see mmpose `keypoint_auc`
 */
export function keypointAuc(
  arrays: KeypointArrays,
  normaliser: number,
  thresholdCount = 20,
): number | null {
  if (!Number.isInteger(thresholdCount) || thresholdCount < 1) {
    const message = `expected an integer from 1 on, got ${thresholdCount}`;
    fail('OUT_OF_RANGE', 'thresholdCount', message);
  }
  const normalisers = sameNormalisers(arrays, normaliser);
  const distances = normalisedDistances({ ...arrays, normalisers });
  let area = 0;
  for (let i = 0; i < thresholdCount; i++) {
    const { average } = accuracyBelow(distances, arrays.keypoints, i / thresholdCount);
    if (average === null) return null;
    area += (1 / thresholdCount) * average;
  }
  return area;
}

/**
 * Mean distance of predicted and true keypoints (end-point error), in pixels; null where nothing is counted (mmpose says 0).
 * @throws MetricsError `SHAPE_MISMATCH`; `NON_FINITE` for a counted keypoint that is not a number
 * @see mmpose `keypoint_epe`
 */
export function keypointEpe(arrays: KeypointArrays): number | null {
  return keypointNme({ ...arrays, normalisers: sameNormalisers(arrays, 1) });
}

/**
 * Mean distance in normalisers (normalised mean error); null where nothing is counted (mmpose says 0).
 * @throws MetricsError `SHAPE_MISMATCH`; `NON_FINITE` for a normaliser or a counted keypoint that is not a number
 * @see mmpose `keypoint_nme`
 */
export function keypointNme(arrays: NormalisedKeypointArrays): number | null {
  let [sum, count] = [0, 0];
  normalisedDistances(arrays).forEach((distance, i) => {
    if (distance === NOT_COUNTED) return;
    if (!Number.isFinite(distance)) {
      const path = `predicted[${Math.floor(i / arrays.keypoints)}][${i % arrays.keypoints}]`;
      fail('NON_FINITE', path, 'a mean distance needs finite coordinates; mask the keypoint');
    }
    sum += distance;
    count++;
  });
  return count === 0 ? null : sum / count;
}

const NOT_COUNTED = -1;

/** [N,D] of one length. */
function sameNormalisers(arrays: KeypointArrays, normaliser: number): Float64Array {
  return new Float64Array(sampleCount(arrays) * (arrays.dimensions ?? 2)).fill(normaliser);
}

/** N */
function sampleCount({ mask, keypoints, dimensions = 2 }: KeypointArrays): number {
  if (!Number.isInteger(dimensions) || dimensions < 1)
    fail('OUT_OF_RANGE', 'dimensions', `expected an integer from 1 on, got ${dimensions}`);
  const samples = mask.length / keypoints;
  if (!Number.isInteger(samples))
    fail('SHAPE_MISMATCH', 'mask', `expected N x ${keypoints} numbers, got ${mask.length}`);
  return samples;
}

/** [N,K] in single precision. */
function normalisedDistances(arrays: NormalisedKeypointArrays): Float32Array {
  const { predicted, truth, mask, normalisers, keypoints, dimensions = 2 } = arrays;
  const samples = sampleCount(arrays);
  const expect = (values: ArrayLike<number>, length: number, name: string): void => {
    if (values.length === length) return;
    fail('SHAPE_MISMATCH', name, `expected ${length} numbers, got ${values.length}`);
  };
  expect(truth, mask.length * dimensions, 'truth');
  expect(predicted, mask.length * dimensions, 'predicted');
  expect(normalisers, samples * dimensions, 'normalisers');

  const distances = new Float32Array(mask.length).fill(NOT_COUNTED);
  for (let n = 0; n < samples; n++) {
    const lengths = Array.from({ length: dimensions }, (_, d) => normalisers[n * dimensions + d]!);
    if (lengths.some(Number.isNaN)) fail('NON_FINITE', `normalisers[${n}]`, 'got NaN');
    if (lengths.includes(0)) continue;
    for (let i = n * keypoints; i < (n + 1) * keypoints; i++) {
      if (!(mask[i]! > 0)) continue;
      let squares = 0;
      for (let d = 0; d < dimensions; d++) {
        const length = lengths[d]! > 0 ? lengths[d]! : 1e6;
        if (!Number.isFinite(truth[i * dimensions + d]!)) {
          const message = `the keypoint is counted, but got ${truth[i * dimensions + d]}`;
          fail('NON_FINITE', `truth[${n}][${i % keypoints}]`, message);
        }
        const part = (predicted[i * dimensions + d]! - truth[i * dimensions + d]!) / length;
        squares += part * part;
      }
      distances[i] = Math.sqrt(squares);
    }
  }
  return distances;
}

function accuracyBelow(
  distances: Float32Array,
  keypoints: number,
  threshold: number,
): KeypointAccuracy {
  const limit = Math.fround(threshold);
  const counted = new Array<number>(keypoints).fill(0);
  const near = new Array<number>(keypoints).fill(0);
  distances.forEach((distance, i) => {
    if (distance === NOT_COUNTED) return;
    counted[i % keypoints]! += 1;
    if (distance < limit) near[i % keypoints]! += 1;
  });
  const perKeypoint = counted.map((count, k) => (count === 0 ? null : near[k]! / count));
  const shares = perKeypoint.filter((value) => value !== null);
  const sum = pairwiseSum(shares, 0, shares.length);
  return {
    perKeypoint,
    average: shares.length === 0 ? null : sum / shares.length,
    count: shares.length,
  };
}
