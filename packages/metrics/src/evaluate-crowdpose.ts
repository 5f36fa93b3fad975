import { crowdpose14 } from '@pose-distill/skeletons';
import type { CocoKeypointFile, CocoKeypointResult } from './coco.js';
import {
  type CrowdPoseStats,
  type CrowdPoseSummary,
  summariseCrowdPose,
} from './crowdpose-summary.js';
import { collectProblems, fail } from './error.js';
import { type OksAxes, type OksMatched, type OksScores, scoresOf } from './oks-evaluation.js';
import { listMatches, type OksMatches } from './oks-matches.js';
import { type OksOptions, type OksSettings, oksSettings } from './oks-options.js';
import type { OksRules } from './oks-rules.js';
import { runOks } from './oks-run.js';

/** Options of `evaluateCrowdPose`: those of `evaluateOks`, with CrowdPose's 14 sigmas as default, and the evaluator to follow. */
export interface CrowdPoseOptions extends OksOptions {
  /**
   * The benchmark's own evaluator or the one that mmpose uses. They differ where data are unusual: an annotation with id 0 can be
   * found only with xtcocotools, which also leaves out results without any confidence above 0, allows an empty list of results, and
   * takes people without `iscrowd` as single.
   * @default 'crowdposetools', by the authors of the data, which the paper's numbers and the leaderboard follow.
   */
  readonly rules?: CrowdPoseRules;
}

export type CrowdPoseRules = 'crowdposetools' | 'xtcocotools';

/** What `evaluateCrowdPose` gives. */
export interface CrowdPoseEvaluation
  extends Omit<OksScores, 'stats' | 'reasons'>,
    CrowdPoseSummary {
  readonly stats: CrowdPoseStats;
  readonly rules: CrowdPoseRules;
  /** Images with a crowdIndex below 0.2, below 0.8, and the rest. */
  readonly classImages: { readonly easy: number; readonly medium: number; readonly hard: number };
  /** As in `evaluateOks`. */
  matches(): OksMatches[];
}

export const CROWDPOSE_RULES: Readonly<Record<CrowdPoseRules, OksRules>> = {
  crowdposetools: { area: 'box', foundIds: 'nonzero', dropUnseen: false, lenient: false },
  xtcocotools: { area: 'box', foundIds: 'from zero', dropUnseen: true, lenient: true },
};

/**
 * CrowdPose's average precision and recall, over all images and by how crowded they are, as its evaluators compute them.
 *
 * A person's area is 0.53 times that of the box, everywhere; an `area` in the file is not read. `num_keypoints` is the file's word.
 * Annotations need `num_keypoints`, `iscrowd`, `keypoints` and `bbox`, images `crowdIndex`. With `imageIds`, the
 * classes hold the chosen images only.
 *
 * @throws MetricsError as `evaluateOks`; `BAD_ANNOTATION` for an image without `crowdIndex`; `OUT_OF_RANGE` for unknown rules.
 * @see Li et al., "CrowdPose", CVPR 2019
 * @example
 * evaluateCrowdPose(groundTruth, results).stats['AP(H)']; // 0.4654
 */
export function evaluateCrowdPose(
  groundTruth: CocoKeypointFile,
  results: readonly CocoKeypointResult[],
  { rules = 'crowdposetools', ...options }: CrowdPoseOptions = {},
): CrowdPoseEvaluation {
  const settings = oksSettings({
    ...options,
    oksSigmas: options.oksSigmas ?? crowdpose14.oksSigmas,
  });
  checkCrowdPoseRules(rules);
  const problems = collectProblems();
  groundTruth.images.forEach(({ crowdIndex }, i) => {
    if (typeof crowdIndex === 'number' && !Number.isNaN(crowdIndex)) return;
    const message = `expected how crowded the image is, from 0 on, got ${crowdIndex}`;
    problems.add('BAD_ANNOTATION', `images[${i}].crowdIndex`, message);
  });
  problems.throwIfAny();
  const { selection, matched } = runOks(
    groundTruth,
    results,
    options,
    settings,
    CROWDPOSE_RULES[rules],
  );
  const listed = groundTruth.images.flatMap(({ id, crowdIndex }) => {
    const place = selection.imagePlace.get(id);
    return place === undefined ? [] : [{ place, crowdIndex: crowdIndex! }];
  });
  return {
    ...crowdPoseScores(matched, listed, selection, settings, rules),
    matches: () => listMatches(matched, selection, settings),
  };
}

/** @throws MetricsError `OUT_OF_RANGE` */
export function checkCrowdPoseRules(rules: string): void {
  if (Object.hasOwn(CROWDPOSE_RULES, rules)) return;
  const names = Object.keys(CROWDPOSE_RULES).join(' or ');
  fail('OUT_OF_RANGE', 'options.rules', `expected ${names}, got ${rules}`);
}

/** Tables and numbers over all images and of each class. */
export function crowdPoseScores(
  matched: OksMatched,
  listed: readonly { readonly place: number; readonly crowdIndex: number }[],
  axes: OksAxes,
  settings: OksSettings,
  rules: CrowdPoseRules,
): Omit<CrowdPoseEvaluation, 'matches'> {
  const classes = [0, 1, 2].map(
    (wanted) =>
      new Set(
        listed.filter((image) => classOf(image.crowdIndex) === wanted).map(({ place }) => place),
      ),
  );
  const tables = matched.tables();
  const classTables = classes.map((members) => matched.tables((image) => members.has(image)));
  const [easy, medium, hard] = classes.map(({ size }) => size);
  return {
    ...scoresOf(tables, axes, settings),
    ...summariseCrowdPose(tables, classTables, settings, rules),
    rules,
    classImages: { easy: easy!, medium: medium!, hard: hard! },
  };
}

function classOf(crowdIndex: number): number {
  return crowdIndex < 0.2 ? 0 : crowdIndex < 0.8 ? 1 : 2;
}
