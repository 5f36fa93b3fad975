import type { CocoKeypointAnnotation, CocoKeypointResult } from './coco.js';
import { createOksKernel } from './oks.js';
import type { OksSettings } from './oks-options.js';
import { resultArea } from './result-area.js';

/** An annotation and where it stands in the file. */
export interface Truth {
  readonly annotation: CocoKeypointAnnotation;
  readonly path: string;
}

/** A result and the id that the reference gives it: its place in the file, from 1. */
export interface Result {
  readonly result: CocoKeypointResult;
  readonly id: number;
}

/** The people and results of one image and category, with their similarity. */
export interface OksGroup {
  readonly imageId: number;
  /** -1 when categories are not told apart. */
  readonly categoryId: number;
  /** People, in file order. */
  readonly truthIds: Float64Array;
  readonly truthAreas: Float64Array;
  readonly truthIgnored: Uint8Array;
  readonly truthCrowd: Uint8Array;
  /** Results by falling score, at most the largest maxDetections. */
  readonly resultIds: Float64Array;
  readonly resultScores: Float64Array;
  readonly resultAreas: Float64Array;
  /** [D,G]; empty when there is nothing to match. */
  readonly oks: Float64Array;
}

export type GroupBuilder = (
  imageId: number,
  categoryId: number,
  truths: readonly Truth[],
  results: readonly Result[],
  compare: boolean,
) => OksGroup | undefined;

/** Makes the function that packs one group; its similarity stays empty unless `compare`. */
export function createGroupBuilder(settings: OksSettings, useBoxes: boolean): GroupBuilder {
  const kernel = createOksKernel(settings.oksSigmas);
  const most = settings.maxDetections.at(-1)!;
  return (imageId, categoryId, truths, results, compare) => {
    if (truths.length === 0 && results.length === 0) return undefined;
    const annotations = truths.map(({ annotation }) => annotation);
    const best = results.toSorted((a, b) => b.result.score - a.result.score).slice(0, most);
    const crowd = annotations.map(({ iscrowd }) => Number(Number(iscrowd) !== 0));
    return {
      imageId,
      categoryId,
      truthIds: Float64Array.from(annotations, ({ id }) => id),
      truthAreas: Float64Array.from(annotations, ({ area }) => area!),
      truthIgnored: Uint8Array.from(annotations, ({ num_keypoints: labelled }, g) =>
        Number(crowd[g] === 1 || labelled === 0),
      ),
      truthCrowd: Uint8Array.from(crowd),
      resultIds: Float64Array.from(best, ({ id }) => id),
      resultScores: Float64Array.from(best, ({ result }) => result.score),
      resultAreas: Float64Array.from(best, ({ result }) => resultArea(result, useBoxes)),
      oks: compare ? compareAll(best, annotations) : new Float64Array(0),
    };
  };

  function compareAll(
    results: readonly Result[],
    annotations: readonly CocoKeypointAnnotation[],
  ): Float64Array {
    const count = annotations.length;
    const oks = new Float64Array(results.length * count);
    annotations.forEach(({ keypoints, area, bbox }, g) => {
      results.forEach(({ result }, d) => {
        oks[d * count + g] = kernel(result.keypoints, 0, keypoints!, 0, area!, bbox, 0);
      });
    });
    return oks;
  }
}
