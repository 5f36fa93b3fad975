import { crowdpose14 } from '@pose-distill/skeletons';
import type { CocoKeypointFile, CocoKeypointResult } from './coco.js';
import {
  type CrowdPoseStats,
  type CrowdPoseSummary,
  summariseCrowdPose,
} from './crowdpose-summary.js';
import { collectProblems } from './error.js';
import type { OksScores } from './oks-evaluation.js';
import type { OksMatches } from './oks-matches.js';
import { type OksOptions, oksSettings } from './oks-options.js';
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

const RULES: Readonly<Record<CrowdPoseRules, OksRules>> = {
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
  const problems = collectProblems();
  if (!Object.hasOwn(RULES, rules)) {
    const message = `expected ${Object.keys(RULES).join(' or ')}, got ${rules}`;
    problems.add('OUT_OF_RANGE', 'options.rules', message);
  }
  groundTruth.images.forEach(({ crowdIndex }, i) => {
    if (typeof crowdIndex === 'number' && !Number.isNaN(crowdIndex)) return;
    const message = `expected how crowded the image is, from 0 on, got ${crowdIndex}`;
    problems.add('BAD_ANNOTATION', `images[${i}].crowdIndex`, message);
  });
  problems.throwIfAny();
  const { selection, matched } = runOks(groundTruth, results, options, settings, RULES[rules]);

  const classes = [0, 1, 2].map((wanted) => {
    const members = new Set<number>();
    for (const { id, crowdIndex } of groundTruth.images) {
      const place = selection.imagePlace.get(id);
      if (place !== undefined && classOf(crowdIndex!) === wanted) members.add(place);
    }
    return members;
  });
  const tables = matched.tables();
  const classTables = classes.map((members) => matched.tables((image) => members.has(image)));
  const [easy, medium, hard] = classes.map(({ size }) => size);
  return {
    ...summariseCrowdPose(tables, classTables, settings, rules),
    ...tables,
    rules,
    classImages: { easy: easy!, medium: medium!, hard: hard! },
    iouThresholds: settings.iouThresholds,
    recallThresholds: settings.recallThresholds,
    categoryIds: selection.categoryIds,
    areaRanges: settings.areaRanges,
    maxDetections: settings.maxDetections,
    imageIds: selection.imageIds,
    matches: matched.matches,
  };
}

function classOf(crowdIndex: number): number {
  return crowdIndex < 0.2 ? 0 : crowdIndex < 0.8 ? 1 : 2;
}
