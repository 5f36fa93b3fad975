import type { KeypointArrays } from './decode.js';
import { requireLength } from './error.js';

/** The arrays a decoder writes: those of `out`, or new ones. @throws SHAPE_MISMATCH */
export function keypointArrays(count: number, out: KeypointArrays | undefined): KeypointArrays {
  const keypoints = out?.keypoints ?? new Float32Array(count * 2);
  const scores = out?.scores ?? new Float32Array(count);
  requireLength('out.keypoints', keypoints.length, count * 2, 'batch x keypoints x 2');
  requireLength('out.scores', scores.length, count, 'batch x keypoints');
  return { keypoints, scores };
}
