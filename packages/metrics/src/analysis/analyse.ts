import type { CocoKeypointFile, CocoKeypointResult } from '../coco.js';
import { fail } from '../error.js';
import { evaluateOks } from '../evaluate-oks.js';
import type { AreaRange, OksOptions } from '../oks-options.js';
import { breakDownByArea, breakDownByKeypointCount, defaultKeypointCounts } from './breakdown.js';
import { counterparts } from './classify.js';
import { gainsOfCorrections } from './corrections.js';
import { precisionRecallCurves } from './curves.js';
import { findPeople } from './people.js';
import { shareOutcomes, shareOutcomesPerKeypoint } from './shares.js';
import { resolveSkeleton } from './skeleton.js';
import type { OksAnalysis, OksAnalysisOptions } from './types.js';

const EVERYBODY: AreaRange = { label: 'all', min: 0, max: 1e10 };

/**
 * Why an AP is what it is: precision-recall curves, AP by area and by number of labelled keypoints, what became of every keypoint, and
 * the AP there would be without errors of each kind. The taxonomy is Ronchi and Perona's.
 *
 * A result is about the person whom the evaluation gives it at OKS `matchThreshold`. Each labelled keypoint of such a person is judged
 * (see `KeypointOutcome`). Where the paper leaves room: between two wrong places the nearer decides, of equally near ones the
 * same person's; keypoints of people who are not counted are places too; a similarity uses the predicted keypoint's sigma and the area
 * of the person whose place it is. `variant: 'reference'` follows the authors' code, which judges by the nearest of all places,
 * the keypoint's own included.
 *
 * A correction moves the keypoints of one outcome exactly to their places (the authors' code moves them to the edge of the next better
 * outcome, so its gains are smaller); `score` pairs people and results for the largest sum of OKS and takes these as scores;
 * `falsePositives` leaves out, at each threshold, the results that match nobody, `missedPeople` the people whom nothing matches. Each is
 * tried alone and on top of the ones before it; with all, AP is 1.
 *
 * Runs the evaluation about twenty times over. All coordinates are image pixels. As in COCO's evaluation, a person with id 0 is never found.
 *
 * @throws MetricsError as `evaluateOks`; `OUT_OF_RANGE` for thresholds, `SHAPE_MISMATCH` for sigmas that do not fit the skeleton.
 * @see Ronchi and Perona, Benchmarking and Error Diagnosis in Multi-Instance Pose Estimation, ICCV 2017, section 3
 * @example
 * const { errors, corrections } = analyseOks(groundTruth, results);
 * errors.shares?.inversion; // 0.02: of 100 keypoints two are on the wrong side
 * corrections.find(({ correction }) => correction === 'inversion')?.aloneGain; // 0.013 AP
 */
export function analyseOks(
  groundTruth: CocoKeypointFile,
  results: readonly CocoKeypointResult[],
  options: OksAnalysisOptions = {},
): OksAnalysis {
  const { skeleton: given, oksSigmas: sigmas, keypointCounts, ...rest } = options;
  const { variant = 'paper', matchThreshold = 0.1, goodThreshold = 0.85, ...others } = rest;
  const { nearThreshold = 0.5, ...evaluationOptions } = others;
  checkThresholds({ matchThreshold, nearThreshold, goodThreshold });
  const { skeleton, oksSigmas } = resolveSkeleton(groundTruth, given, sigmas);
  const oks: OksOptions = { ...evaluationOptions, oksSigmas };
  const evaluation = evaluateOks(groundTruth, results, oks);
  const all = evaluation.areaRanges.find(({ label }) => label === EVERYBODY.label) ?? EVERYBODY;
  const rules = { oksSigmas, variant, matchThreshold, goodThreshold, nearThreshold };
  const found = findPeople(
    groundTruth,
    results,
    oks,
    all,
    matchThreshold,
    counterparts(skeleton),
    rules,
  );
  const { people, strayResults } = found;
  const counts = keypointCounts ?? defaultKeypointCounts(skeleton.keypoints.length);
  return {
    stats: evaluation.stats,
    skeleton,
    rules,
    curves: precisionRecallCurves(evaluation),
    byArea: breakDownByArea(evaluation, groundTruth, people),
    byKeypointCount: breakDownByKeypointCount(groundTruth, results, oks, all, people, counts),
    people,
    strayResults,
    errors: shareOutcomes(people),
    errorsPerKeypoint: shareOutcomesPerKeypoint(people, skeleton.keypoints),
    ...gainsOfCorrections({ groundTruth, results, options: oks, all, people }),
  };
}

function checkThresholds(thresholds: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(thresholds)) {
    if (value > 0 && value <= 1) continue;
    fail('OUT_OF_RANGE', `options.${name}`, `expected a number above 0 and up to 1, got ${value}`);
  }
  if (thresholds.nearThreshold! <= thresholds.goodThreshold!) return;
  const message = `expected at most goodThreshold ${thresholds.goodThreshold}, got ${thresholds.nearThreshold}`;
  fail('OUT_OF_RANGE', 'options.nearThreshold', message);
}
