import type { DecodedKeypoints } from './decode.js';
import { requireLength } from './error.js';

export interface PoseKeypoint {
  readonly x: number;
  readonly y: number;
  readonly score: number;
  readonly name?: string;
}

/** One person: keypoints in the space of the decoded array. */
export interface Pose {
  /** Mean of the keypoints' scores. */
  readonly score: number;
  readonly keypoints: readonly PoseKeypoint[];
}

export interface ToPosesOptions {
  /** Names of the keypoints, e.g. of a skeleton [K]. @default without names */
  readonly names?: readonly string[];
}

/**
 * Decoded arrays as one object per image of the batch.
 *
 * @param decoded of `decodeHeatmaps` or `softArgmax`; replace `keypoints` to see them in another space
 * @throws SHAPE_MISMATCH when an array or `names` does not fit the counts
 * @example
 * toPoses(decoded, { names: ['nose', 'left_eye'] })[0].keypoints[0]; // { x: 10.3, y: 20.6, score: 0.9, name: 'nose' }
 */
export function toPoses(decoded: DecodedKeypoints, options: ToPosesOptions = {}): Pose[] {
  const { keypoints, scores, batch, keypointCount } = decoded;
  const { names } = options;
  const count = batch * keypointCount;
  requireLength('keypoints', keypoints.length, count * 2, 'batch x keypoints x 2');
  requireLength('scores', scores.length, count, 'batch x keypoints');
  if (names) requireLength('names', names.length, keypointCount, 'one per keypoint');
  return Array.from({ length: batch }, (_, b) => {
    const first = b * keypointCount;
    let sum = 0;
    const list = Array.from({ length: keypointCount }, (_, k): PoseKeypoint => {
      const n = first + k;
      const score = scores[n]!;
      sum += score;
      const point = { x: keypoints[n * 2]!, y: keypoints[n * 2 + 1]!, score };
      return names ? { ...point, name: names[k]! } : point;
    });
    return { score: sum / keypointCount, keypoints: list };
  });
}
