/** Maps of a teacher that runs, and how far other maps are from them. */
import { decodeHeatmaps } from '@pose-distill/heatmap-decode';
import { foldBatchNorm } from '@pose-distill/network';
import { run, toTensors } from '@pose-distill/network-tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { inputSizeOf } from 'pose-distill/train';

/** The teacher's forward: maps [B,H,W,K] of a batch, as a tensor. */
export function liveTeacher(model) {
  const { network, weights } = foldBatchNorm(model.network, model.weights);
  const variables = toTensors(network, weights);
  const { height, width } = inputSizeOf(model);
  return ({ images, size }) =>
    tf.tidy(() => {
      const image = tf.tensor4d(images, [size, height, width, 3]);
      return run(network, variables, { image }, { training: false }).outputs.heatmaps;
    });
}

/** Peaks of live maps above this are confident: half of what a label's Gaussian has. */
export const CONFIDENT = 0.5;

/** Sums, over batches, of differences between maps and those of the running teacher. */
export function createComparison(shape, inputSize) {
  const [height, width, keypoints] = shape;
  const sums = { square: 0, live: 0, distance: 0, far: 0, x: 0, y: 0, count: 0 };
  const heights = { maps: 0, live: 0 };
  const toLabel = { maps: 0, live: 0, count: 0 };
  const peaks = (data) =>
    decodeHeatmaps({
      ...{ data, layout: 'NHWC' },
      shape: [data.length / (height * width * keypoints), height, width, keypoints],
    });
  const stride = inputSize.width / width;
  return {
    add(maps, live, batch) {
      for (let i = 0; i < live.length; i++) {
        sums.square += (maps[i] - live[i]) ** 2;
        sums.live += live[i] ** 2;
      }
      const [ours, theirs] = [peaks(maps), peaks(live)];
      for (let i = 0; i < theirs.scores.length; i++) {
        if (ours.scores[i] + theirs.scores[i] >= 2 * CONFIDENT) {
          heights.maps += ours.scores[i];
          heights.live += theirs.scores[i];
        }
        if (theirs.scores[i] < CONFIDENT) continue;
        const between = (a, b, scale = 1) =>
          Math.hypot(a[2 * i] - b[2 * i] / scale, a[2 * i + 1] - b[2 * i + 1] / scale);
        const moved = between(ours.keypoints, theirs.keypoints);
        sums.distance += moved;
        sums.x += ours.keypoints[2 * i] - theirs.keypoints[2 * i];
        sums.y += ours.keypoints[2 * i + 1] - theirs.keypoints[2 * i + 1];
        sums.far += moved > 2 ? 1 : 0;
        sums.count++;
        if (batch.weights[i] === 0) continue;
        toLabel.maps += between(ours.keypoints, batch.keypoints, stride);
        toLabel.live += between(theirs.keypoints, batch.keypoints, stride);
        toLabel.count++;
      }
    },
    result: () => ({
      rmsOfLive: Math.sqrt(sums.square / sums.live),
      peakDisplacement: sums.distance / sums.count,
      meanShift: Math.hypot(sums.x, sums.y) / sums.count,
      // Where the mean of both is confident, which favours neither.
      peakHeight: heights.maps / heights.live,
      displacedBeyondTwo: sums.far / sums.count,
      confident: sums.count,
      distanceToLabel: toLabel.maps / toLabel.count,
      liveDistanceToLabel: toLabel.live / toLabel.count,
    }),
  };
}
