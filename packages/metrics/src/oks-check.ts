import type { CocoKeypointFile, CocoKeypointResult } from './coco.js';
import { collectProblems, fail, type Problems } from './error.js';

/** @throws MetricsError `EMPTY_RESULTS`; `BAD_ANNOTATION` for results of images that the ground truth does not list. */
export function checkResultImages(
  { images }: CocoKeypointFile,
  results: readonly CocoKeypointResult[],
): void {
  if (results.length === 0) {
    fail('EMPTY_RESULTS', 'results', 'expected at least one, got none');
  }
  const known = new Set(images.map(({ id }) => id));
  const problems = collectProblems();
  results.forEach(({ image_id: id }, i) => {
    if (known.has(id)) return;
    const message = `image ${id} is not among the ${known.size} images of the ground truth`;
    problems.add('BAD_ANNOTATION', `results[${i}].image_id`, message);
  });
  problems.throwIfAny();
}

/** Checks score and keypoints of results[index]. */
export function checkResult(
  { score, keypoints }: CocoKeypointResult,
  index: number,
  keypointCount: number,
  problems: Problems,
): void {
  const path = `results[${index}]`;
  if (typeof score !== 'number') problems.add('BAD_ANNOTATION', `${path}.score`, 'missing');
  else checkFinite([score], `${path}.score`, problems);
  if (!checkPose(keypoints, keypointCount, `${path}.keypoints`, problems)) return;
  for (let i = 0; i < keypoints.length; i += 3) {
    if (Number.isFinite(keypoints[i]) && Number.isFinite(keypoints[i + 1])) continue;
    const message = `expected finite coordinates, got ${keypoints[i]}, ${keypoints[i + 1]}`;
    problems.add('NON_FINITE', `${path}.keypoints[${i}]`, message);
  }
}

/** Checks the length of a flat pose. */
export function checkPose(
  keypoints: readonly number[] | undefined,
  keypointCount: number,
  path: string,
  problems: Problems,
): boolean {
  if (keypoints?.length === 3 * keypointCount) return true;
  addLength(Array.isArray(keypoints) ? keypoints.length : undefined, keypointCount, path, problems);
  return false;
}

/** Says that a pose has `length` numbers, or is missing. */
export function addLength(
  length: number | undefined,
  keypointCount: number,
  path: string,
  problems: Problems,
): void {
  const advice = 'for another skeleton pass its oksSigmas or the skeleton itself';
  const got = length === undefined ? 'none' : `${length} (${advice})`;
  problems.add('SHAPE_MISMATCH', path, `expected 3 x ${keypointCount} numbers, got ${got}`);
}

export function checkBox(
  box: readonly number[] | undefined,
  path: string,
  why: string,
  problems: Problems,
): void {
  if (box?.length === 4) checkFinite(box, path, problems);
  else problems.add('BAD_ANNOTATION', path, `expected [x, y, width, height]: ${why}`);
}

export function checkFinite(values: readonly number[], path: string, problems: Problems): void {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  const message = `expected finite numbers, got ${values[bad]} at ${bad}`;
  problems.add('NON_FINITE', path, message);
}
