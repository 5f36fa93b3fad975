import { fail } from './error.js';

/**
 * mmpose's conventions, which differ from `pck`: distances in single precision, a keypoint is right when strictly nearer than the
 * threshold, and the average is over keypoints, whatever their number of samples.
 */
export interface KeypointArrays {
  /** [N,K,D] */
  readonly predicted: ArrayLike<number>;
  /** [N,K,D] */
  readonly truth: ArrayLike<number>;
  /** [N,K]: keypoints whose entry is not 0 are counted. */
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
 * @throws MetricsError `SHAPE_MISMATCH`
 * @see mmpose `keypoint_pck_accuracy`
 */
export function keypointPckAccuracy(
  arrays: NormalisedKeypointArrays,
  threshold: number,
): KeypointAccuracy {
  return accuracyBelow(normalisedDistances(arrays), arrays.keypoints, threshold);
}

/**
 * mmpose's area under the PCK curve: the mean accuracy at thresholds 0, 1/n, ... (n-1)/n, so a perfect prediction scores
 * (n-1)/n. Null where nothing is counted (mmpose says 0).
 * @param normaliser one length for all samples and dimensions, in pixels.
 * @param thresholdCount n. @default 20
 * @throws MetricsError `SHAPE_MISMATCH`
 * @see mmpose `keypoint_auc`
 */
export function keypointAuc(
  arrays: KeypointArrays,
  normaliser: number,
  thresholdCount = 20,
): number | null {
  const samples = arrays.mask.length / arrays.keypoints;
  const normalisers = new Float64Array(samples * (arrays.dimensions ?? 2)).fill(normaliser);
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
 * @throws MetricsError `SHAPE_MISMATCH`
 * @see mmpose `keypoint_epe`
 */
export function keypointEpe(arrays: KeypointArrays): number | null {
  const samples = arrays.mask.length / arrays.keypoints;
  const normalisers = new Float64Array(samples * (arrays.dimensions ?? 2)).fill(1);
  return keypointNme({ ...arrays, normalisers });
}

/**
 * Mean distance in normalisers (normalised mean error); null where nothing is counted (mmpose says 0).
 * @throws MetricsError `SHAPE_MISMATCH`
 * @see mmpose `keypoint_nme`
 */
export function keypointNme(arrays: NormalisedKeypointArrays): number | null {
  let [sum, count] = [0, 0];
  for (const distance of normalisedDistances(arrays)) {
    if (distance === NOT_COUNTED) continue;
    sum += distance;
    count++;
  }
  return count === 0 ? null : sum / count;
}

const NOT_COUNTED = -1;

/** [N,K] in single precision. */
function normalisedDistances(arrays: NormalisedKeypointArrays): Float32Array {
  const { predicted, truth, mask, normalisers, keypoints, dimensions = 2 } = arrays;
  const samples = mask.length / keypoints;
  if (!Number.isInteger(samples)) {
    fail('SHAPE_MISMATCH', 'mask', `expected N x ${keypoints} numbers, got ${mask.length}`);
  }
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
    if (lengths.includes(0)) continue;
    for (let i = n * keypoints; i < (n + 1) * keypoints; i++) {
      if (mask[i] === 0) continue;
      let squares = 0;
      for (let d = 0; d < dimensions; d++) {
        const length = lengths[d]! > 0 ? lengths[d]! : 1e6;
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
  const sum = shares.reduce((a, b) => a + b, 0);
  return {
    perKeypoint,
    average: shares.length === 0 ? null : sum / shares.length,
    count: shares.length,
  };
}
