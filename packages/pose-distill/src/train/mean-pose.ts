import type { PoseDataset } from '@pose-distill/datasets';
import type { CocoKeypointResult } from '@pose-distill/metrics';
import { toResult } from './evaluate.js';

/**
 * The floor that a trained model must beat: every person gets the training set's average pose, placed in its own box.
 */
export function meanPoseResults(train: PoseDataset, validation: PoseDataset): CocoKeypointResult[] {
  const count = train.skeleton.keypoints.length;
  const sums = new Float64Array(2 * count);
  const labelled = new Float64Array(count);
  for (const { box, keypoints, visibility } of train.samples) {
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
