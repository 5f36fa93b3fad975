import type { Skeleton } from '@pose-distill/skeletons';
import type { AreaRange, OksOptions } from '../oks-options.js';
import type { OksStats } from '../oks-summary.js';

/**
 * What became of a labelled keypoint of a person who has a result. With `ks` the similarity of one keypoint (its term of the OKS),
 * of the predicted keypoint to its own place: `good` from 0.85, `jitter` from 0.5. Else it is where another keypoint should be:
 * `inversion` at its left or right counterpart of the same person, `swap` at that keypoint or its counterpart of another person;
 * `miss` near none of these.
 */
export type KeypointOutcome = 'good' | 'jitter' | 'inversion' | 'swap' | 'miss';

/** The outcomes in the order in which tables and charts show them. */
export const KEYPOINT_OUTCOMES: readonly KeypointOutcome[] = [
  'good',
  'jitter',
  'inversion',
  'swap',
  'miss',
];

/** A range of numbers of labelled keypoints, closed at both ends. */
export interface KeypointCountRange {
  readonly min: number;
  readonly max: number;
}

/** Options of `analyseOks`; those of `evaluateOks` mean what they mean there. */
export interface OksAnalysisOptions extends Omit<OksOptions, 'oksSigmas' | 'useCategories'> {
  /** @default COCO's for 17 keypoints, else the skeleton's. */
  readonly oksSigmas?: readonly number[];
  /** Names, flip pairs (for inversions) and limbs. @default what the keypoint names in the file mean. */
  readonly skeleton?: Skeleton;
  /**
   * Whether a keypoint near its own place and nearer to another one is judged by its own place (`paper`) or by the nearest of all
   * (`reference`, what the authors' code does). @default 'paper'
   */
  readonly variant?: 'paper' | 'reference';
  /** OKS from which a result is taken to be about a person. @default 0.1, as in the authors' code */
  readonly matchThreshold?: number;
  /** Similarity from which a keypoint is good. @default 0.85 */
  readonly goodThreshold?: number;
  /** Similarity from which a keypoint is near a place. @default 0.5 */
  readonly nearThreshold?: number;
  /** @default for 17 keypoints 1-5, 6-10, 11-15, 16-17; the same shares of another K. */
  readonly keypointCounts?: readonly KeypointCountRange[];
}

/** Precision at rising recall, at one OKS threshold, for one range of areas, mean over categories. */
export interface PrecisionRecallCurve {
  readonly threshold: number;
  readonly areaRange: AreaRange;
  /** [R] */
  readonly recall: readonly number[];
  /** [R]; null when nobody is counted. */
  readonly precision: readonly number[] | null;
  /** Mean of the precision; null when nobody is counted. */
  readonly AP: number | null;
}

/** AP and AR of a part of the people; null when there are none, or the threshold was not evaluated. */
export interface OksBreakdown {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  /** How many are counted. */
  readonly people: number;
  readonly AP: number | null;
  readonly AP50: number | null;
  readonly AP75: number | null;
  readonly AR: number | null;
}

/** One counted person and the result that is about them. */
export interface PersonAnalysis {
  readonly imageId: number;
  readonly categoryId: number;
  /** Place in `groundTruth.annotations`. */
  readonly annotation: number;
  /** Place in the results; null when none is about this person. */
  readonly result: number | null;
  readonly oks: number | null;
  /** [K]; null where the keypoint is not labelled, or nobody found the person. */
  readonly outcomes: readonly (KeypointOutcome | null)[];
  /** [K]: similarity of each keypoint to its own place, null as above. */
  readonly similarities: readonly (number | null)[];
}

/** A result about no counted person. */
export interface StrayResult {
  /** Place in the results. */
  readonly result: number;
  readonly imageId: number;
  readonly score: number;
  /**
   * `ignored`: about somebody who is not counted; `duplicate`: near a counted person who has another result; `background`: near nobody.
   */
  readonly kind: 'ignored' | 'duplicate' | 'background';
}

/** How often each outcome happened. */
export interface OutcomeShares {
  /** Labelled keypoints of people who have a result. */
  readonly keypoints: number;
  readonly counts: Readonly<Record<KeypointOutcome, number>>;
  /** The counts as shares, summing to 1; null when there are no keypoints. */
  readonly shares: Readonly<Record<KeypointOutcome, number>> | null;
  /** Mean similarity to their own places; null when there are no keypoints. */
  readonly meanSimilarity: number | null;
}

/** `OutcomeShares` of one keypoint of the skeleton. */
export interface KeypointShares extends OutcomeShares {
  readonly name: string;
}

/** What can be put right. `residual` moves good keypoints exactly to their places. */
export type OksCorrection =
  | 'miss'
  | 'swap'
  | 'inversion'
  | 'jitter'
  | 'residual'
  | 'score'
  | 'falsePositives'
  | 'missedPeople';

/** AP when errors of one kind are put right. */
export interface CorrectionGain {
  readonly correction: OksCorrection;
  /** AP with this correction alone, and how much more that is. */
  readonly alone: number | null;
  readonly aloneGain: number | null;
  /** AP with this and all corrections before it in the list, and how much more that is than without this. */
  readonly cumulative: number | null;
  readonly cumulativeGain: number | null;
}

/** What `analyseOks` gives. */
export interface OksAnalysis {
  readonly stats: OksStats;
  readonly skeleton: Skeleton;
  /** How keypoints were judged. */
  readonly rules: {
    readonly oksSigmas: readonly number[];
    readonly variant: 'paper' | 'reference';
    readonly matchThreshold: number;
    readonly goodThreshold: number;
    readonly nearThreshold: number;
  };
  readonly curves: readonly PrecisionRecallCurve[];
  readonly byArea: readonly OksBreakdown[];
  readonly byKeypointCount: readonly OksBreakdown[];
  readonly people: readonly PersonAnalysis[];
  readonly strayResults: readonly StrayResult[];
  readonly errors: OutcomeShares;
  readonly errorsPerKeypoint: readonly KeypointShares[];
  /** AP before any correction: `stats.AP`, or that of all areas when the options have no range 'all'. */
  readonly baseline: number | null;
  readonly corrections: readonly CorrectionGain[];
}
