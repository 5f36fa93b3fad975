import type { CocoKeypointFile, CocoKeypointResult } from '../coco.js';
import { evaluateOks, type OksEvaluation } from '../evaluate-oks.js';
import type { AreaRange, OksOptions } from '../oks-options.js';
import { assignLargest } from './assign.js';
import { apOfMatches } from './matched-ap.js';
import type { CorrectionGain, KeypointOutcome, OksCorrection, PersonAnalysis } from './types.js';

/** The paper's order; `residual` is ours, so that the list ends at a perfect score. */
const CORRECTIONS: readonly OksCorrection[] = [
  'miss',
  'swap',
  'inversion',
  'jitter',
  'residual',
  'score',
  'falsePositives',
  'missedPeople',
];

const OUTCOME_OF: Partial<Record<OksCorrection, KeypointOutcome>> = {
  miss: 'miss',
  swap: 'swap',
  inversion: 'inversion',
  jitter: 'jitter',
  residual: 'good',
};

export interface CorrectionInputs {
  readonly groundTruth: CocoKeypointFile;
  readonly results: readonly CocoKeypointResult[];
  readonly options: OksOptions;
  readonly all: AreaRange;
  readonly people: readonly PersonAnalysis[];
}

/** AP before and after each correction, alone and one on top of the other. */
export function gainsOfCorrections(inputs: CorrectionInputs): {
  readonly baseline: number | null;
  readonly corrections: CorrectionGain[];
} {
  // Corrections that differ only in what is left out share one evaluation.
  const evaluations = new Map<string, OksEvaluation>();
  const apWith = (corrections: readonly OksCorrection[]): number | null => {
    const changes = corrections.filter((name) => name in OUTCOME_OF || name === 'score');
    const key = changes.join();
    const evaluation = evaluations.get(key) ?? evaluate(inputs, new Set(changes));
    evaluations.set(key, evaluation);
    return apOfMatches(evaluation, {
      falsePositives: corrections.includes('falsePositives'),
      missedPeople: corrections.includes('missedPeople'),
    });
  };
  const baseline = apWith([]);
  let before = baseline;
  const corrections = CORRECTIONS.map((correction, i): CorrectionGain => {
    const alone = apWith([correction]);
    const cumulative = apWith(CORRECTIONS.slice(0, i + 1));
    const [aloneGain, cumulativeGain] = [gain(alone, baseline), gain(cumulative, before)];
    before = cumulative;
    return { correction, alone, aloneGain, cumulative, cumulativeGain };
  });
  return { baseline, corrections };
}

function gain(after: number | null, before: number | null): number | null {
  return after === null || before === null ? null : after - before;
}

function evaluate(inputs: CorrectionInputs, changes: ReadonlySet<OksCorrection>): OksEvaluation {
  const options = { ...inputs.options, areaRanges: [inputs.all] };
  const moved = moveKeypoints(inputs, changes);
  const evaluation = evaluateOks(inputs.groundTruth, moved, options);
  if (!changes.has('score')) return evaluation;
  return evaluateOks(inputs.groundTruth, scoreByOks(evaluation, moved), options);
}

/** The results with the keypoints of some outcomes moved to their places. */
function moveKeypoints(
  { groundTruth, results, people }: CorrectionInputs,
  changes: ReadonlySet<OksCorrection>,
): CocoKeypointResult[] {
  const wrong = new Set(Array.from(changes, (change) => OUTCOME_OF[change]));
  const moved = [...results];
  for (const { result, annotation, outcomes } of people) {
    if (result === null) continue;
    const places = groundTruth.annotations[annotation]!.keypoints!;
    const keypoints = [...results[result]!.keypoints];
    outcomes.forEach((outcome, k) => {
      if (outcome === null || !wrong.has(outcome)) return;
      keypoints[3 * k] = places[3 * k]!;
      keypoints[3 * k + 1] = places[3 * k + 1]!;
    });
    moved[result] = { ...results[result]!, keypoints };
  }
  return moved;
}

/**
 * The scores that a perfect judge of poses would give: counted people and results are paired so that their OKS sum to the most, and a
 * result's score is its OKS in its pair, 0 without one. Results that did not take part come last.
 */
function scoreByOks(
  evaluation: OksEvaluation,
  results: readonly CocoKeypointResult[],
): CocoKeypointResult[] {
  const scores = new Float64Array(results.length).fill(-1);
  for (const { imageId, categoryId, dtIds, gtIds, gtIgnore } of evaluation.matches()) {
    for (const id of dtIds) scores[id - 1] = 0;
    const matrix = evaluation.oks(imageId, categoryId);
    if (!matrix) continue;
    const counted = new Set(gtIds.filter((_, g) => gtIgnore[g] === 0));
    const columns = matrix.gtIds.flatMap((id, g) => (counted.has(id) ? [g] : []));
    const oks = Float64Array.from({ length: dtIds.length * columns.length }, (_, i) => {
      const [d, c] = [Math.floor(i / columns.length), i % columns.length];
      return matrix.oks[d * matrix.gtIds.length + columns[c]!]!;
    });
    assignLargest(oks, dtIds.length, columns.length).forEach((c, d) => {
      if (c >= 0) scores[dtIds[d]! - 1] = oks[d * columns.length + c]!;
    });
  }
  return results.map((result, i) => ({ ...result, score: scores[i]! }));
}
