import { fail } from './error.js';

/** Poses of N people, K keypoints each, one predicted with one true. */
export interface PckPoses {
  /** [N,K,2], image pixels. A NaN is a miss. */
  readonly predicted: ArrayLike<number>;
  /** [N,K,2], image pixels. */
  readonly truth: ArrayLike<number>;
  /** [N,K]: keypoints with a weight above 0 are counted, each once whatever the weight. */
  readonly weights: ArrayLike<number>;
  /** [N]: lengths to divide distances by, in pixels, above 0. */
  readonly normalisers: ArrayLike<number>;
  /** Largest distance that counts, in normalisers; one exactly as large counts. @default 0.2 */
  readonly threshold?: number;
}

/** Share of correct keypoints, in 0..1; null where no keypoint is counted. */
export interface Pck {
  /** Over all counted keypoints together. */
  readonly pck: number | null;
  /** [K]: for each keypoint alone. */
  readonly perKeypoint: readonly (number | null)[];
  /** How many keypoints are counted. */
  readonly counted: number;
  /** [K]: how often each is. */
  readonly countedPerKeypoint: readonly number[];
}

/**
 * Percentage of correct keypoints (as a share): all counted keypoints of all people pooled, each correct when its distance divided
 * by the person's normaliser is at most the threshold.
 *
 * @throws MetricsError `SHAPE_MISMATCH` when lengths do not fit; `OUT_OF_RANGE` for a threshold or normaliser that is not positive.
 * @see Yang and Ramanan, PAMI 2013
 * @example
 * pck({ predicted: [3, 4], truth: [0, 0], weights: [1], normalisers: [25] }).pck; // 1
 */
export function pck(poses: PckPoses): Pck {
  const { predicted, truth, weights, normalisers, threshold = 0.2 } = poses;
  const people = normalisers.length;
  const keypoints = people === 0 ? 0 : weights.length / people;
  checkThreshold(threshold);
  const expect = (values: ArrayLike<number>, length: number, name: string, shape: string): void => {
    if (values.length === length) return;
    fail('SHAPE_MISMATCH', name, `expected ${shape} = ${length} numbers, got ${values.length}`);
  };
  const shape = `${people} x ${keypoints}`;
  expect(weights, people * Math.floor(keypoints), 'weights', `${people} x K`);
  expect(truth, 2 * weights.length, 'truth', `${shape} x 2`);
  expect(predicted, 2 * weights.length, 'predicted', `${shape} x 2`);

  const counted = new Array<number>(keypoints).fill(0);
  const correct = new Array<number>(keypoints).fill(0);
  for (let n = 0; n < people; n++) {
    const normaliser = normalisers[n]!;
    if (!(normaliser > 0)) {
      fail('OUT_OF_RANGE', `normalisers[${n}]`, `expected a positive number, got ${normaliser}`);
    }
    for (let k = 0; k < keypoints; k++) {
      const i = n * keypoints + k;
      if (!(weights[i]! > 0)) continue;
      counted[k]! += 1;
      const dx = predicted[2 * i]! - truth[2 * i]!;
      const dy = predicted[2 * i + 1]! - truth[2 * i + 1]!;
      if (Math.sqrt(dx * dx + dy * dy) / normaliser <= threshold) correct[k]! += 1;
    }
  }
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  return {
    pck: share(sum(correct), sum(counted)),
    perKeypoint: counted.map((count, k) => share(correct[k]!, count)),
    counted: sum(counted),
    countedPerKeypoint: counted,
  };
}

function share(correct: number, counted: number): number | null {
  return counted === 0 ? null : correct / counted;
}

export function checkThreshold(threshold: number): void {
  if (threshold > 0 && threshold < Infinity) return;
  fail('OUT_OF_RANGE', 'threshold', `expected a positive finite number, got ${threshold}`);
}
