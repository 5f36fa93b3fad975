import { collectProblems, fail } from './error.js';
import type { MpiiGroundTruth } from './mpii-ground-truth.js';
import { checkThreshold } from './pck.js';
import { type PckhRules, pckhAt, pckhDistances } from './pckh-distances.js';
import {
  LEFT_OUT,
  MPII_JOINT_NAMES,
  nobodyFor,
  PART_JOINTS,
  partColumns,
  weightedMean,
} from './pckh-stats.js';

/** Predicted poses of N people: nested, [N][K][2], or flat. Not a number (null in JSON) is a miss. */
export type PosePredictions =
  | readonly (readonly (readonly (number | null)[])[])[]
  | FlatPosePredictions;

export interface FlatPosePredictions {
  /** [N,K,D]; the first two of D are read. */
  readonly data: ArrayLike<number>;
  /** N, K, D */
  readonly shape: readonly number[];
}

/** Options of `evaluatePckh`. */
export interface PckhOptions {
  /** @default 'hrnet' */
  readonly rules?: PckhRules;
  /** The number that the first pixel has in the predictions; MPII's own is 1. @default 0 */
  readonly base?: 0 | 1;
  /** Largest distance that counts, in head sizes, of the columns and the mean. @default 0.5 */
  readonly threshold?: number;
}

/** What `evaluatePckh` gives, in percent. */
export interface PckhEvaluation {
  /**
   * The reference's numbers under its names, in its order. HRNet: `Head`, `Shoulder`, `Elbow`, `Wrist`, `Hip`, `Knee`, `Ankle`, `Mean`,
   * `Mean@0.1`. mmpose: `Head PCK` ... `Ankle PCK`, `PCK`, `PCK@0.1`. null where HRNet's is not a number.
   */
  readonly stats: Readonly<Record<string, number | null>>;
  /** Why a number of `stats` is null or, with mmpose's rules, made with its -100 for no data. */
  readonly reasons: Readonly<Record<string, string>>;
  /** Means by the threshold that they are really taken at: `PCKh@0.5` (or the option's), `PCKh@0.1` and HRNet's `PCKh@0.11`. */
  readonly means: Readonly<Record<string, number | null>>;
  /** [K]; null for a joint that is annotated nowhere. */
  readonly perKeypoint: readonly (number | null)[];
  /** [K]: how often each joint is annotated. */
  readonly annotated: readonly number[];
  /** Thresholds 0, 0.01 ... 0.5. */
  readonly curve: PckhCurve;
  readonly people: number;
  /** Annotated joints whose prediction is not a number. */
  readonly unpredicted: number;
  /** People with a head box of no extent: all misses for HRNet, left out by mmpose but for the weights of its mean. */
  readonly withoutHead: number;
}

export interface PckhCurve {
  /** [51] */
  readonly thresholds: readonly number[];
  /** [51][K] */
  readonly perKeypoint: readonly (readonly (number | null)[])[];
  /** [51] */
  readonly means: readonly (number | null)[];
}

const CURVE_POINTS = 51;
/** The row of the curve that each reference calls `@0.1`: HRNet's is 0.11. */
const TENTH: Readonly<Record<PckhRules, number>> = { hrnet: 11, mmpose: 10 };

/**
 * PCKh on MPII: percentage of annotated joints whose distance is at most (mmpose: less than) half a head, a head being 0.6 of the
 * diagonal of the head box. `Mean` is over all joints but pelvis and thorax, weighted by how often each is annotated.
 *
 * @throws MetricsError `SHAPE_MISMATCH` when numbers of people or joints differ; `BAD_SKELETON` for names of joints that are not
 * MPII's; `NON_FINITE` for an annotated joint or a head box that is not a number; `OUT_OF_RANGE` for the options.
 * @see Andriluka et al., CVPR 2014; HRNet lib/dataset/mpii.py; mmpose MpiiPCKAccuracy
 * @example
 * const groundTruth = await readMpiiGroundTruth(bytes); // '@pose-distill/metrics/read'
 * evaluatePckh(groundTruth, predictions, { base: 1 }).stats.Mean; // 88.03538901899557
 */
export function evaluatePckh(
  groundTruth: MpiiGroundTruth,
  predictions: PosePredictions,
  options: PckhOptions = {},
): PckhEvaluation {
  const { rules = 'hrnet', base = 0, threshold = 0.5 } = options;
  checkThreshold(threshold);
  if (rules !== 'hrnet' && rules !== 'mmpose')
    fail('OUT_OF_RANGE', 'rules', `expected 'hrnet' or 'mmpose', got ${JSON.stringify(rules)}`);
  if (base !== 0 && base !== 1) fail('OUT_OF_RANGE', 'base', `expected 0 or 1, got ${base}`);
  checkGroundTruth(groundTruth);
  const predicted = flatten(predictions, groundTruth, 1 - base);

  const table = pckhDistances(groundTruth, predicted, rules);
  const { annotated } = table;
  // NumPy compares singles with the option in single precision, but with the curve's thresholds in double.
  const limit = rules === 'mmpose' ? Math.fround(threshold) : threshold;
  const perKeypoint = pckhAt(table, limit, rules);
  const thresholds = Array.from({ length: CURVE_POINTS }, (_, i) => i * 0.01);
  const rows = thresholds.map((at) => {
    const row = pckhAt(table, at, rules);
    return rules === 'mmpose' ? row.map((share) => share && Math.fround(share)) : row;
  });
  const means = rows.map((row) => weightedMean(row, annotated, rules));
  const mean = weightedMean(perKeypoint, annotated, rules);

  const { stats, reasons } = partColumns(perKeypoint, groundTruth.jointNames, rules);
  const [meanName, tenthName] = rules === 'hrnet' ? ['Mean', 'Mean@0.1'] : ['PCK', 'PCK@0.1'];
  stats[meanName] = mean;
  stats[tenthName] = means[TENTH[rules]]!;
  const reason = reasonOfMean(groundTruth, perKeypoint, annotated, rules);
  if (reason) reasons[meanName] = reasons[tenthName] = reason;
  return {
    stats,
    reasons,
    means: { [`PCKh@${threshold}`]: mean, 'PCKh@0.1': means[10]!, 'PCKh@0.11': means[11]! },
    perKeypoint,
    annotated,
    curve: { thresholds, perKeypoint: rows, means },
    people: groundTruth.people,
    unpredicted: countUnpredicted(groundTruth, predicted),
    withoutHead: table.withoutHead,
  };
}

/** Why the mean is null or has a -100 in it. */
function reasonOfMean(
  { people, jointNames }: MpiiGroundTruth,
  perKeypoint: readonly (number | null)[],
  annotated: readonly number[],
  rules: PckhRules,
): string | undefined {
  if (people === 0) return 'there is nobody';
  const inMean = jointNames.map((_, k) => k).filter((k) => !LEFT_OUT.includes(k));
  if (inMean.every((k) => annotated[k] === 0)) return 'nobody counts for the joints of the mean';
  const empty = inMean.filter(
    (k) => perKeypoint[k] === null && (rules === 'hrnet' || annotated[k]! > 0),
  );
  if (empty.length === 0) return undefined;
  return nobodyFor(
    empty.map((k) => jointNames[k]!),
    rules,
  );
}

function checkGroundTruth(truth: MpiiGroundTruth): void {
  const { people, jointNames, keypoints, annotated, headBoxes } = truth;
  const problems = collectProblems();
  const joints = MPII_JOINT_NAMES.length;
  if (jointNames.length !== joints)
    fail('BAD_SKELETON', 'jointNames', `expected ${joints} joints, got ${jointNames.length}`);
  const unknown = PART_JOINTS.filter((name) => !jointNames.includes(name));
  if (unknown.length > 0)
    fail('BAD_SKELETON', 'jointNames', `expected MPII's names; no ${unknown.join(', no ')}`);
  const expect = (values: ArrayLike<number>, length: number, name: string): void => {
    if (values.length === people * length) return;
    const message = `expected ${people} x ${length} numbers, got ${values.length}`;
    problems.add('SHAPE_MISMATCH', name, message);
  };
  expect(keypoints, joints * 2, 'keypoints');
  expect(annotated, joints, 'annotated');
  expect(headBoxes, 4, 'headBoxes');
  problems.throwIfAny();
  for (let i = 0; i < annotated.length; i++) {
    if (annotated[i] !== 0 && !Number.isFinite(keypoints[2 * i]! + keypoints[2 * i + 1]!)) {
      const path = `keypoints[${Math.floor(i / joints)}][${i % joints}]`;
      problems.add('NON_FINITE', path, 'the joint is annotated, but its place is not a number');
    }
  }
  for (let i = 0; i < headBoxes.length; i++) {
    if (Number.isFinite(headBoxes[i]!)) continue;
    problems.add('NON_FINITE', `headBoxes[${Math.floor(i / 4)}]`, `got ${headBoxes[i]}`);
  }
  problems.throwIfAny();
}

/** [N,K,2] with `shift` added. */
function flatten(
  predictions: PosePredictions,
  { people, jointNames }: MpiiGroundTruth,
  shift: number,
): Float64Array {
  const joints = jointNames.length;
  const out = new Float64Array(people * joints * 2);
  if ('shape' in predictions) {
    const { data, shape } = predictions;
    const [n, k, size = 0] = shape;
    if (
      shape.length !== 3 ||
      n !== people ||
      k !== joints ||
      size < 2 ||
      data.length !== n * k * size
    ) {
      const got = `${shape.join(' x ')} (${data.length} numbers)`;
      fail('SHAPE_MISMATCH', 'predictions', `expected ${people} x ${joints} x 2, got ${got}`);
    }
    for (let i = 0; i < people * joints; i++) {
      out[2 * i] = data[i * size]! + shift;
      out[2 * i + 1] = data[i * size + 1]! + shift;
    }
    return out;
  }
  if (predictions.length !== people) {
    const message = `expected ${people} people, got ${predictions.length}`;
    fail('SHAPE_MISMATCH', 'predictions', message);
  }
  const problems = collectProblems();
  predictions.forEach((pose, n) => {
    if (pose?.length !== joints) {
      const message = `expected ${joints} joints, got ${pose?.length}`;
      problems.add('SHAPE_MISMATCH', `predictions[${n}]`, message);
      return;
    }
    pose.forEach((point, k) => {
      if (!(point?.length >= 2))
        problems.add('SHAPE_MISMATCH', `predictions[${n}][${k}]`, 'expected x and y');
      else
        for (let d = 0; d < 2; d++)
          out[2 * (n * joints + k) + d] = (point[d] ?? Number.NaN) + shift;
    });
  });
  problems.throwIfAny();
  return out;
}

function countUnpredicted({ annotated }: MpiiGroundTruth, predicted: Float64Array): number {
  let count = 0;
  for (let i = 0; i < annotated.length; i++)
    if (annotated[i] !== 0 && !Number.isFinite(predicted[2 * i]! + predicted[2 * i + 1]!)) count++;
  return count;
}
