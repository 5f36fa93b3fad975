import type { CocoKeypointAnnotation, CocoKeypointFile, CocoKeypointResult } from '../coco.js';
import { evaluateOks } from '../evaluate-oks.js';
import { pushTo } from '../grouping.js';
import type { AreaRange, OksOptions } from '../oks-options.js';
import { judgePose, type OutcomeRules } from './classify.js';
import type { PersonAnalysis, StrayResult } from './types.js';

export interface FoundPeople {
  readonly people: PersonAnalysis[];
  readonly strayResults: StrayResult[];
}

/** Gives results to people as the evaluation does at the one threshold, and judges the keypoints of each pair. */
export function findPeople(
  groundTruth: CocoKeypointFile,
  results: readonly CocoKeypointResult[],
  options: OksOptions,
  all: AreaRange,
  matchThreshold: number,
  mirrored: Int32Array,
  rules: OutcomeRules,
): FoundPeople {
  const evaluation = evaluateOks(groundTruth, results, {
    ...options,
    iouThresholds: [matchThreshold],
    areaRanges: [all],
  });
  const indexOfId = new Map(groundTruth.annotations.map(({ id }, i) => [id, i]));
  const labelledPeople = new Map<string, CocoKeypointAnnotation[]>();
  for (const index of indexOfId.values()) {
    const annotation = groundTruth.annotations[index]!;
    if (isLabelled(annotation)) pushTo(labelledPeople, groupOf(annotation), annotation);
  }
  const unlabelled = Array.from(mirrored, () => null);
  const people: PersonAnalysis[] = [];
  const strayResults: StrayResult[] = [];
  for (const group of evaluation.matches()) {
    const { imageId, categoryId, dtIds, gtIds, dtMatches, dtIgnore, gtIgnore } = group;
    const matrix = evaluation.oks(imageId, categoryId);
    const oksOf = (d: number, id: number): number =>
      matrix!.oks[d * matrix!.gtIds.length + matrix!.gtIds.indexOf(id)]!;
    const counted = new Set(gtIds.filter((_, g) => gtIgnore[g] === 0));
    const resultOf = new Map<number, number>();
    dtIds.forEach((id, d) => {
      const matched = dtMatches[d]!;
      if (matched !== 0 && dtIgnore[d] === 0) {
        resultOf.set(matched, d);
        return;
      }
      const nearCounted = Array.from(counted).some((gt) => oksOf(d, gt) >= matchThreshold);
      const kind = dtIgnore[d] !== 0 ? 'ignored' : nearCounted ? 'duplicate' : 'background';
      strayResults.push({ result: id - 1, imageId, score: group.dtScores[d]!, kind });
    });
    for (const id of counted) {
      const index = indexOfId.get(id)!;
      const annotation = groundTruth.annotations[index]!;
      const d = resultOf.get(id);
      const base = { imageId, categoryId, annotation: index };
      if (d === undefined) {
        const none = { result: null, oks: null, outcomes: unlabelled, similarities: unlabelled };
        people.push({ ...base, ...none });
        continue;
      }
      const others = (labelledPeople.get(groupOf(annotation)) ?? []).filter(
        (other) => other !== annotation,
      );
      const result = dtIds[d]! - 1;
      const judged = judgePose(results[result]!.keypoints, annotation, others, mirrored, rules);
      people.push({ ...base, result, oks: oksOf(d, id), ...judged });
    }
  }
  return { people, strayResults };
}

function groupOf({ image_id, category_id }: CocoKeypointAnnotation): string {
  return `${image_id} ${category_id}`;
}

function isLabelled({ keypoints }: CocoKeypointAnnotation): boolean {
  return keypoints?.some((value, i) => i % 3 === 2 && value > 0) ?? false;
}
