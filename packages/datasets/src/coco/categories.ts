import { type Skeleton, SkeletonError, skeletonFromKeypoints } from '@pose-distill/skeletons';
import type { CocoKeypointCategory } from '../types.js';
import { isObject, type Report, show, wholeNumber } from './report.js';

export interface Categories {
  /** Categories that have keypoints. */
  readonly withKeypoints: readonly CocoKeypointCategory[];
  /** Every category id of the file. */
  readonly ids: ReadonlySet<number>;
  /** Undefined when the file names no keypoints, or several lists of them. */
  readonly skeleton: Skeleton | undefined;
}

/** Reads `categories`. Those without keypoints (cars, dogs) are known but not used. */
export function readCategories(values: readonly unknown[], report: Report): Categories {
  const ids = new Set<number>();
  const withKeypoints: CocoKeypointCategory[] = [];
  values.forEach((value, i) => {
    const path = `categories[${i}]`;
    if (!isObject(value)) {
      report.error('WRONG_TYPE', path, `expected an object, got ${show(value)}`);
      return;
    }
    const id = wholeNumber(value, 'id', path, report);
    if (id === undefined) return;
    if (ids.has(id)) report.error('DUPLICATE_ID', path, `id ${id} was used before`);
    ids.add(id);
    const { keypoints, skeleton, name } = value;
    if (keypoints === undefined || (Array.isArray(keypoints) && keypoints.length === 0)) return;
    if (!isNames(keypoints)) {
      report.error('WRONG_TYPE', `${path}.keypoints`, `expected names, got ${show(keypoints)}`);
      return;
    }
    withKeypoints.push({
      id,
      name: typeof name === 'string' ? name : 'person',
      keypoints,
      ...(isLimbs(skeleton) ? { skeleton } : {}),
    });
  });
  return { withKeypoints, ids, skeleton: skeletonOf(withKeypoints, report) };
}

function skeletonOf(
  categories: readonly CocoKeypointCategory[],
  report: Report,
): Skeleton | undefined {
  const [first] = categories;
  if (!first) {
    report.error('NO_SKELETON', 'categories', 'no category lists keypoint names in `keypoints`');
    return undefined;
  }
  const other = categories.find(({ keypoints }) => joined(keypoints) !== joined(first.keypoints));
  if (other) {
    report.error(
      'NO_SKELETON',
      'categories',
      `'${first.name}' and '${other.name}' list different keypoints; keep one of them`,
    );
    return undefined;
  }
  try {
    return skeletonFromKeypoints(first.keypoints);
  } catch (error) {
    if (!(error instanceof SkeletonError)) throw error;
    report.error('NO_SKELETON', 'categories', error.message);
    return undefined;
  }
}

const joined = (names: readonly string[]): string => names.join('\n');

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}

function isLimbs(value: unknown): value is [number, number][] {
  return (
    Array.isArray(value) &&
    value.every((limb) => Array.isArray(limb) && limb.every(Number.isInteger))
  );
}
