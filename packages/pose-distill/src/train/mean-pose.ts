import type { PoseDataset } from '@pose-distill/datasets';
import type { CocoKeypointResult } from '@pose-distill/metrics';
import { toResult } from './evaluate.js';

/** People averaged: more would not move the mean by a pixel. */
const ENOUGH = 2000;

/**
 * The floor that a trained model must beat: every person gets the average pose of the training set (of its first 2,000
 * people), placed in its own box.
 */
export function meanPoseResults(train: PoseDataset, validation: PoseDataset): CocoKeypointResult[] {
  const count = train.skeleton.keypoints.length;
  const sums = new Float64Array(2 * count);
  const labelled = new Float64Array(count);
  for (const { box, keypoints, visibility } of train.samples.slice(0, ENOUGH)) {
    for (let k = 0; k < count; k++) {
      if (!visibility[k]) continue;
      sums[2 * k]! += (keypoints[2 * k]! - box.x) / box.width;
      sums[2 * k + 1]! += (keypoints[2 * k + 1]! - box.y) / box.height;
      labelled[k]! += 1;
    }
  }
  const scores = new Float32Array(count).fill(1);
  return validation.samples.map(({ box }, index) => {
    const keypoints = sums.map((sum, i) => {
      const mean = sum / Math.max(1, labelled[i >> 1]!);
      return i % 2 === 0 ? box.x + mean * box.width : box.y + mean * box.height;
    });
    return toResult(validation, index, keypoints, scores);
  });
}
