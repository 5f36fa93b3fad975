import type { CocoKeypointResult } from './coco.js';
import type { Problems } from './error.js';
import { checkResult } from './oks-check.js';
import { createOksComparer } from './oks-compare.js';
import { NEARLY_ONE } from './oks-match.js';
import type { OksSettings } from './oks-options.js';
import { type OksRows, reserveRows } from './oks-rows.js';
import type { OksRules } from './oks-rules.js';
import type { OksSelection } from './oks-selection.js';
import type { OksTruths } from './oks-truths.js';

/** Takes results one by one, compares each with the people of its image and keeps what matching needs. */
export interface OksResultSink {
  /** Of the result that is added next: x, y a keypoint; and whether any confidence is above 0. */
  readonly pose: Float64Array;
  /** How many were added. */
  count: number;
  /** Whether the first result has a box: as in the reference, it decides for all whether boxes give the areas. */
  firstHasBox: boolean;
  /** The next result of the file; problems go by its place. */
  add(result: CocoKeypointResult): void;
  /** The same with `pose` filled and known to be finite. */
  addPose(imageId: number, categoryId: number, score: number, boxArea: number, seen: boolean): void;
}

export function createResultSink(
  truths: OksTruths,
  selection: OksSelection,
  settings: OksSettings,
  rules: OksRules,
  { truths: people, results, candidates }: OksRows,
  problems: Problems,
): OksResultSink {
  const keypointCount = settings.oksSigmas.length;
  const pose = new Float64Array(2 * keypointCount);
  const least = Math.min(NEARLY_ONE, ...settings.iouThresholds);
  const compare = createOksComparer(truths.columns, settings.oksSigmas, least);
  const { imageStart, annotation } = truths;
  const { category, areas } = people;
  const { imagePlace, known, together } = selection;

  let image = -1;
  let place = -1;

  const sink: OksResultSink = { pose, count: 0, firstHasBox: false, add, addPose };
  return sink;

  function add(result: CocoKeypointResult): void {
    const { keypoints, bbox, score } = result;
    if (sink.count === 0) sink.firstHasBox = Array.isArray(bbox) && bbox.length > 0;
    let sum = typeof score === 'number' ? score - score : Number.NaN;
    let seen = false;
    if (Array.isArray(keypoints) && keypoints.length === 3 * keypointCount) {
      for (let k = 0, i = 0; k < keypointCount; k++, i += 3) {
        const x: unknown = keypoints[i];
        const y: unknown = keypoints[i + 1];
        if (typeof x !== 'number' || typeof y !== 'number') sum = Number.NaN;
        else {
          sum += x - x + (y - y);
          pose[2 * k] = x;
          pose[2 * k + 1] = y;
        }
        if (keypoints[i + 2]! > 0) seen = true;
      }
    } else sum = Number.NaN;
    const boxArea =
      Array.isArray(bbox) && bbox.length === 4 ? Number(bbox[2]) * Number(bbox[3]) : Number.NaN;
    if (sum === 0) {
      addPose(result.image_id, result.category_id, score, boxArea, seen);
      return;
    }
    const index = sink.count++;
    if (isSelected(index, result.image_id, result.category_id)) {
      checkResult(result, index, keypointCount, problems);
    }
  }

  /** Finds image and category; false for a result that takes no part. */
  function isSelected(index: number, imageId: number, categoryId: number): boolean {
    const images = known ?? imagePlace;
    if (!images.has(imageId)) {
      const message = `image ${imageId} is not among the ${images.size} images of the ground truth`;
      problems.add('BAD_ANNOTATION', `results[${index}].image_id`, message);
      return false;
    }
    image = imagePlace.get(imageId) ?? -1;
    place = selection.placeOf(categoryId) ?? -1;
    return image >= 0 && place >= 0;
  }

  function addPose(
    imageId: number,
    categoryId: number,
    score: number,
    boxArea: number,
    seen: boolean,
  ): void {
    const index = sink.count++;
    if (!isSelected(index, imageId, categoryId) || (rules.dropUnseen && !seen)) return;
    const row = results.count;
    if (row === results.scores.length) reserveRows(results, 1);
    results.count++;
    results.image[row] = image;
    // Together, results of one score go by category in the order asked for.
    results.category[row] = together ? selection.listed.indexOf(categoryId) : place;
    results.ids[row] = index + 1;
    results.scores[row] = score;
    results.boxAreas[row] = boxArea;
    results.areas[row] = extent(pose);
    if (!together) {
      for (let g = imageStart[image]!; g < imageStart[image + 1]!; g++) {
        if (category[g] !== place) continue;
        const oks = compare(pose, annotation[g]!, areas[g]!);
        if (oks < least) continue;
        if (candidates.count === candidates.oks.length) reserveRows(candidates, 1);
        candidates.truth[candidates.count] = g;
        candidates.oks[candidates.count++] = oks;
      }
    }
    results.candidateEnd[row] = candidates.count;
  }
}

/** Area of the smallest box around all keypoints, those at (0,0) included. */
function extent(pose: Float64Array): number {
  let left = Infinity;
  let right = -Infinity;
  let top = Infinity;
  let bottom = -Infinity;
  for (let i = 0; i < pose.length; i += 2) {
    const x = pose[i]!;
    const y = pose[i + 1]!;
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < top) top = y;
    if (y > bottom) bottom = y;
  }
  return (right - left) * (bottom - top);
}
