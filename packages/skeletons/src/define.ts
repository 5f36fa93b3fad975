import { SkeletonError, type SkeletonProblem } from './error.js';
import { canonicalKeypointName, mirroredName } from './names.js';
import type { KeypointPair, KeypointReference, Skeleton, SkeletonSpec } from './skeleton.js';

/**
 * Checks a skeleton and freezes it. Flip pairs and torso are read off the names unless given; limbs and pairs may name
 * their keypoints or number them from 0.
 *
 * @throws SkeletonError `BAD_SKELETON`, listing every problem: repeated names, pairs or limbs out of range, repeated or of
 * one keypoint with itself, a keypoint in two flip pairs, a left without its right when pairs are inferred, sigmas
 * missing or not positive.
 * @example
 * const hand = defineSkeleton({
 *   name: 'two-hands',
 *   keypoints: ['left_hand', 'right_hand'],
 *   oksSigmas: [0.06, 0.06],
 * });
 * hand.flipPairs; // [[0, 1]]
 */
export function defineSkeleton(spec: SkeletonSpec): Skeleton {
  const problems: SkeletonProblem[] = [];
  const report = (path: string, message: string): void => {
    problems.push({ path, message });
  };
  const names = spec.keypoints;
  const index = indexNames(names, report);
  const resolve = (reference: KeypointReference, path: string): number | undefined => {
    const found = typeof reference === 'number' ? reference : index(reference);
    if (found !== undefined && Number.isInteger(found) && found >= 0 && found < names.length) {
      return found;
    }
    report(
      path,
      typeof reference === 'number'
        ? `index ${reference} is outside 0..${names.length - 1}`
        : `no keypoint is named '${reference}'`,
    );
    return undefined;
  };
  const resolvePair = (
    pair: readonly [KeypointReference, KeypointReference],
    path: string,
  ): KeypointPair | undefined => {
    const [a, b] = [resolve(pair[0], path), resolve(pair[1], path)];
    if (a === undefined || b === undefined) return undefined;
    if (a !== b) return Object.freeze([a, b] as const);
    report(path, `joins keypoint ${a} (${names[a]}) with itself`);
    return undefined;
  };
  const resolvePairs = (
    pairs: readonly (readonly [KeypointReference, KeypointReference])[],
    field: string,
  ): KeypointPair[] =>
    pairs
      .map((pair, i) => resolvePair(pair, `${field}[${i}]`))
      .filter((pair) => pair !== undefined);

  checkSigmas(spec, report);
  const flipPairs = spec.flipPairs
    ? resolvePairs(spec.flipPairs, 'flipPairs')
    : inferFlipPairs(names, index, report);
  const limbs = resolvePairs(spec.limbs ?? [], 'limbs');
  checkFlipPairs(flipPairs, names, report);
  checkLimbs(limbs, names, report);
  const torso = spec.torso ? resolvePair(spec.torso, 'torso') : inferTorso(spec, index);
  if (problems.length > 0) throw new SkeletonError(spec.name, problems);

  return Object.freeze({
    name: spec.name,
    keypoints: Object.freeze([...names]),
    flipPairs: Object.freeze(flipPairs),
    limbs: Object.freeze(limbs),
    oksSigmas: Object.freeze([...spec.oksSigmas]),
    ...(torso ? { torso } : {}),
  });
}

type Report = (path: string, message: string) => void;
type NameIndex = (name: string) => number | undefined;

function indexNames(names: readonly string[], report: Report): NameIndex {
  const positions = new Map<string, number>();
  if (names.length === 0) report('keypoints', 'expected at least one name, got none');
  names.forEach((name, i) => {
    const canonical = canonicalKeypointName(name);
    const earlier = positions.get(canonical);
    if (canonical === '') report(`keypoints[${i}]`, `'${name}' is not a name`);
    else if (earlier === undefined) positions.set(canonical, i);
    else report(`keypoints[${i}]`, `'${name}' repeats keypoint ${earlier} ('${names[earlier]}')`);
  });
  return (name) => positions.get(canonicalKeypointName(name));
}

function checkSigmas({ keypoints, oksSigmas }: SkeletonSpec, report: Report): void {
  if (oksSigmas.length !== keypoints.length) {
    report('oksSigmas', `expected ${keypoints.length} (one a keypoint), got ${oksSigmas.length}`);
  }
  oksSigmas.forEach((sigma, i) => {
    if (!(sigma > 0 && sigma < Infinity)) {
      report(`oksSigmas[${i}]`, `expected a positive finite number, got ${sigma}`);
    }
  });
}

function inferFlipPairs(
  names: readonly string[],
  index: NameIndex,
  report: Report,
): KeypointPair[] {
  const pairs: KeypointPair[] = [];
  names.forEach((name, i) => {
    const other = mirroredName(canonicalKeypointName(name));
    if (other === undefined) return;
    const j = index(other);
    if (j === undefined) {
      report(`keypoints[${i}]`, `'${name}' has no '${other}'; name it or give flipPairs`);
    } else if (i < j) pairs.push(Object.freeze([i, j] as const));
  });
  return pairs;
}

function inferTorso({ torso }: SkeletonSpec, index: NameIndex): KeypointPair | undefined {
  if (torso === null) return undefined;
  const [shoulder, hip] = [index('right_shoulder'), index('left_hip')];
  return shoulder === undefined || hip === undefined ? undefined : Object.freeze([shoulder, hip]);
}

function checkFlipPairs(
  pairs: readonly KeypointPair[],
  names: readonly string[],
  report: Report,
): void {
  const seen = new Set<number>();
  for (const keypoint of pairs.flat()) {
    if (seen.has(keypoint)) {
      report('flipPairs', `keypoint ${keypoint} (${names[keypoint]}) is in more than one pair`);
    }
    seen.add(keypoint);
  }
}

function checkLimbs(
  limbs: readonly KeypointPair[],
  names: readonly string[],
  report: Report,
): void {
  const seen = new Set<string>();
  for (const [a, b] of limbs) {
    const key = `${Math.min(a, b)} ${Math.max(a, b)}`;
    if (seen.has(key)) report('limbs', `${names[a]} and ${names[b]} are joined more than once`);
    seen.add(key);
  }
}
