import { collectProblems, fail } from './error.js';
import { byFallingScore, checkCount } from './nms.js';
import { checkPose, type NmsPose, scoreOf } from './nms-overlap.js';

/** Options of `nearbyJointsNms`. */
export interface NearbyJointsNmsOptions {
  /** Keypoints are near below this part of the pose's extent (the diagonal of its keypoints' box). @default 0.05 */
  readonly distanceThreshold?: number;
  /** Poses with more near keypoints than this are one. @default half of the keypoints, rounded down */
  readonly nearbyThreshold?: number;
  /** How many stay at most; 0 for all. @default 30 */
  readonly maxDetections?: number;
}

/**
 * mmpose's (DEKR's) NMS by near keypoints: of poses that have more than `nearbyThreshold` keypoints near each other the best stays.
 * For the poses of one image; their confidences and areas are not used.
 *
 * @returns indices of the poses that stay, by falling score.
 * @throws MetricsError `SHAPE_MISMATCH`, `NON_FINITE`, `OUT_OF_RANGE`
 * @see Geng et al., CVPR 2021; mmpose `nearby_joints_nms`
 */
export function nearbyJointsNms(
  poses: readonly Pick<NmsPose, 'keypoints' | 'score'>[],
  options: NearbyJointsNmsOptions = {},
): number[] {
  if (poses.length === 0) return [];
  const keypointCount = Math.floor((poses[0]!.keypoints?.length ?? 0) / 3);
  const { distanceThreshold = 0.05, maxDetections = 30 } = options;
  const { nearbyThreshold = Math.floor(keypointCount / 2) } = options;
  if (!(distanceThreshold > 0 && distanceThreshold < Infinity)) {
    const message = `expected a positive finite number, got ${distanceThreshold}`;
    fail('OUT_OF_RANGE', 'distanceThreshold', message);
  }
  checkCount(maxDetections, 'maxDetections', 0);
  const problems = collectProblems();
  poses.forEach((pose, i) => {
    checkPose(pose, i, keypointCount, problems);
  });
  problems.throwIfAny();
  if (!(nearbyThreshold < keypointCount)) {
    const message = `expected less than the ${keypointCount} keypoints, got ${nearbyThreshold}`;
    fail('OUT_OF_RANGE', 'nearbyThreshold', message);
  }

  const scores = poses.map(scoreOf);
  const limits = poses.map(({ keypoints }) => extent(keypoints) * distanceThreshold);
  const done = new Set<number>();
  const keep: number[] = [];
  for (const i of byFallingScore(scores)) {
    if (done.has(i)) continue;
    const group = poses.flatMap(({ keypoints }, j) =>
      countNear(poses[i]!.keypoints, keypoints, limits[i]!) > nearbyThreshold ? [j] : [],
    );
    // A pose of no extent is not even near itself, where the reference stops.
    if (group.length === 0) group.push(i);
    const best = group.reduce((a, b) => (scores[b]! > scores[a]! ? b : a));
    if (done.has(best)) continue;
    keep.push(best);
    for (const j of group) done.add(j);
  }
  if (maxDetections === 0 || keep.length <= maxDetections) return keep;
  return byFallingScore(keep.map((i) => scores[i]!))
    .slice(0, maxDetections)
    .map((place) => keep[place]!);
}

function extent(keypoints: ArrayLike<number>): number {
  const low = [Infinity, Infinity];
  const high = [-Infinity, -Infinity];
  for (let i = 0; i < keypoints.length; i++) {
    const axis = i % 3;
    if (axis === 2) continue;
    low[axis] = Math.min(low[axis]!, keypoints[i]!);
    high[axis] = Math.max(high[axis]!, keypoints[i]!);
  }
  const width = high[0]! - low[0]!;
  const height = high[1]! - low[1]!;
  return Math.sqrt(width * width + height * height);
}

function countNear(a: ArrayLike<number>, b: ArrayLike<number>, limit: number): number {
  let count = 0;
  for (let i = 0; i < a.length; i += 3) {
    const dx = a[i]! - b[i]!;
    const dy = a[i + 1]! - b[i + 1]!;
    if (Math.sqrt(dx * dx + dy * dy) < limit) count++;
  }
  return count;
}
