import { aic14 } from './aic14.js';
import { coco17 } from './coco17.js';
import { crowdpose14 } from './crowdpose14.js';
import { defineSkeleton } from './define.js';
import { jhmdb15 } from './jhmdb15.js';
import { lsp14 } from './lsp14.js';
import { mpii16 } from './mpii16.js';
import { anatomicalName } from './names.js';
import type { Skeleton, SkeletonSpec } from './skeleton.js';

/** OKS sigma of a keypoint that no known skeleton names: the value CrowdPose gave to head and neck, which COCO lacks. */
export const DEFAULT_OKS_SIGMA = 0.079;

/** Fields that replace what `skeletonFromKeypoints` would infer. */
export type SkeletonOverrides = Partial<Omit<SkeletonSpec, 'keypoints'>>;

// Earlier ones win where two skeletons give one name different sigmas.
const known = (): readonly Skeleton[] => [coco17, crowdpose14, lsp14, mpii16, aic14, jhmdb15];

/**
 * The skeleton that a list of keypoint names means, as found in an annotation file: the known one with exactly these
 * keypoints in this order, however spelled ('Right-ankle', 'rightAnkle', 'top_head' for 'head'), else a new one with
 * pairs from left and right, and sigmas and limbs of the known skeletons by name.
 *
 * @param overrides `name` names a skeleton that is not a known one (default `custom` and the number of keypoints); any
 * other field makes a new skeleton of the names with that field replaced. Keypoints unknown by name get `DEFAULT_OKS_SIGMA`.
 * @throws SkeletonError `BAD_SKELETON` for repeated names, or a left without its right (then give `flipPairs`).
 * @example
 * skeletonFromKeypoints(file.categories[0].keypoints).name; // 'coco17'
 */
export function skeletonFromKeypoints(
  names: readonly string[],
  overrides: SkeletonOverrides = {},
): Skeleton {
  const { name = `custom${names.length}`, ...replaced } = overrides;
  const meant = names.map(anatomicalName);
  if (Object.keys(replaced).length === 0) {
    const same = known().find(({ keypoints }) => equalNames(keypoints.map(anatomicalName), meant));
    if (same) return same;
  }
  return defineSkeleton({
    name,
    keypoints: names,
    oksSigmas: meant.map(sigmaOf),
    limbs: limbsAmong(meant),
    ...replaced,
  });
}

function equalNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}

function sigmaOf(name: string): number {
  for (const { keypoints, oksSigmas } of known()) {
    const index = keypoints.findIndex((keypoint) => anatomicalName(keypoint) === name);
    if (index >= 0) return oksSigmas[index]!;
  }
  return DEFAULT_OKS_SIGMA;
}

function limbsAmong(names: readonly string[]): (readonly [number, number])[] {
  const limbs = new Map<string, readonly [number, number]>();
  for (const skeleton of known()) {
    for (const limb of skeleton.limbs) {
      const [a, b] = limb.map((i) => names.indexOf(anatomicalName(skeleton.keypoints[i]!)));
      const key = `${Math.min(a!, b!)} ${Math.max(a!, b!)}`;
      if (a! >= 0 && b! >= 0 && !limbs.has(key)) limbs.set(key, [a!, b!]);
    }
  }
  return [...limbs.values()];
}
