import type { CocoKeypointResult } from './coco.js';

/** Area of a result: its box's, or the extent of all its keypoints, those at (0,0) included. */
export function resultArea({ keypoints, bbox }: CocoKeypointResult, useBox: boolean): number {
  if (useBox) return bbox![2]! * bbox![3]!;
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < keypoints.length; i += 3) {
    const [x, y] = [keypoints[i]!, keypoints[i + 1]!];
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < top) top = y;
    if (y > bottom) bottom = y;
  }
  return (right - left) * (bottom - top);
}
