import { collectProblems, fail } from './error.js';
import { byFallingScore, checkNumber, greedy } from './nms.js';

/**
 * Box NMS as HRNet and mmpose have it: corners are pixels of the box, so that a box is right - left + 1 wide.
 *
 * @param boxes [N,5]: left, top, right, bottom, score; flat.
 * @param threshold boxes with a larger intersection over union with a better one go; one exactly as large stays.
 * @returns indices of the boxes that stay, by falling score; of equal scores the later box is taken first.
 * @throws MetricsError `SHAPE_MISMATCH`, `NON_FINITE`, `OUT_OF_RANGE` for corners in the wrong order.
 * @see HRNet lib/nms/nms.py, mmpose `nms`
 * @example
 * boxNms([0, 0, 9, 9, 0.8, 0, 0, 9, 8, 0.7], 0.5); // [0]
 */
export function boxNms(boxes: ArrayLike<number>, threshold: number): number[] {
  checkNumber(threshold, 'threshold');
  if (boxes.length % 5 !== 0)
    fail('SHAPE_MISMATCH', 'boxes', `expected a multiple of 5 numbers, got ${boxes.length}`);
  const count = boxes.length / 5;
  const problems = collectProblems();
  const areas = new Float64Array(count);
  const scores: number[] = [];
  for (let i = 0; i < count; i++) {
    const [left, top, right, bottom, score] = [0, 1, 2, 3, 4].map((k) => boxes[5 * i + k]!);
    if (![left, top, right, bottom, score].every(Number.isFinite))
      problems.add('NON_FINITE', `boxes[${i}]`, 'not all are finite numbers');
    else if (right! < left! || bottom! < top!)
      problems.add('OUT_OF_RANGE', `boxes[${i}]`, 'expected left, top, right, bottom');
    areas[i] = (right! - left! + 1) * (bottom! - top! + 1);
    scores.push(score!);
  }
  problems.throwIfAny();
  const overlap = (a: number, b: number): number => {
    const left = Math.max(boxes[5 * a]!, boxes[5 * b]!);
    const top = Math.max(boxes[5 * a + 1]!, boxes[5 * b + 1]!);
    const right = Math.min(boxes[5 * a + 2]!, boxes[5 * b + 2]!);
    const bottom = Math.min(boxes[5 * a + 3]!, boxes[5 * b + 3]!);
    const common = Math.max(0, right - left + 1) * Math.max(0, bottom - top + 1);
    return common / (areas[a]! + areas[b]! - common);
  };
  return greedy(byFallingScore(scores), (a, b) => overlap(a, b) > threshold);
}
