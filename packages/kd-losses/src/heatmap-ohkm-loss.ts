import * as tf from '@tensorflow/tfjs-core';
import { difference, pairLoss } from './pair-loss.js';
import { checkNumber, checkPair, checkWeights } from './shapes.js';

export interface HeatmapOhkmOptions {
  /** How many keypoints of each person count. @default 8 */
  readonly hardest?: number;
  /** `hrnet` halves the squares. @default 'mmpose' */
  readonly weighting?: 'mmpose' | 'hrnet';
  /** Treat the target as a constant. @default true */
  readonly detachTarget?: boolean;
}

/**
 * Online hard keypoint mining: of each person only the keypoints with the largest errors count. The error of a keypoint is the mean
 * over its map of `(w p - w t)^2`; the loss is the mean over people and over their `hardest` keypoints.
 *
 * Gradient: with respect to `predicted`; to `target` only with `detachTarget: false`; none to the weights, and none to keypoints that
 * are left out. Own backward, works with stock tfjs. Memory: the caller disposes the scalar.
 *
 * @param predicted heatmaps `[B,H,W,K]`
 * @param target heatmaps `[B,H,W,K]`
 * @param weights `[B,K]` or `[B,K,1]` in 0..1; all 1 when absent
 * @returns scalar
 * @throws {LossError} SHAPE_MISMATCH, OUT_OF_RANGE
 * @see Chen et al., Cascaded Pyramid Network, CVPR 2018; JointsOHKMMSELoss of HRNet, KeypointOHKMMSELoss of mmpose
 */
export function heatmapOhkmLoss(
  predicted: tf.Tensor4D,
  target: tf.Tensor4D,
  weights?: tf.Tensor,
  options: HeatmapOhkmOptions = {},
): tf.Scalar {
  const { hardest = 8, weighting = 'mmpose', detachTarget = true } = options;
  checkPair(predicted, target, ['predicted', 'target'], 'B,H,W,K');
  const [batch, height, width, keypoints] = predicted.shape;
  const allowed = [
    [batch, keypoints],
    [batch, keypoints, 1],
  ];
  checkWeights(weights, allowed, '[B,K] or [B,K,1]');
  checkNumber(
    'hardest',
    hardest,
    (value) => Number.isInteger(value) && value >= 1 && value <= keypoints,
    `an integer from 1 to the ${keypoints} keypoints`,
  );
  checkNumber(
    'weighting',
    ['mmpose', 'hrnet'].indexOf(weighting),
    (at) => at >= 0,
    'mmpose or hrnet',
  );
  const factor = (weighting === 'hrnet' ? 0.5 : 1) / (height * width * hardest * batch);

  return pairLoss(predicted, target, detachTarget, (output, goal) => {
    const scale = weights && tf.reshape(tf.cast(weights, 'float32'), [batch, 1, 1, keypoints]);
    const apart = difference(output, goal);
    const scaled = scale ? tf.mul(apart, scale) : apart;
    const errors = tf.mul(tf.sum(tf.square(scaled), [1, 2]), factor) as tf.Tensor2D;
    const mask = maskOfLargest(errors, hardest);
    const slope = tf.mul(tf.reshape(mask, [batch, 1, 1, keypoints]), 2 * factor);
    return {
      // Not errors times mask: an infinite error that is left out would make it NaN.
      value: tf.sum(tf.where(tf.cast(mask, 'bool'), errors, 0)) as tf.Scalar,
      gradient: tf.mul(scale ? tf.mul(scaled, scale) : scaled, slope),
    };
  });
}

/** 1 for the `count` largest of each row, else 0. */
function maskOfLargest(values: tf.Tensor2D, count: number): tf.Tensor {
  const [, columns] = values.shape;
  // Also because tfjs refuses a one-hot code of one class.
  if (count === columns) return tf.onesLike(values);
  const { indices } = tf.topk(values, count);
  return tf.cast(tf.sum(tf.oneHot(indices as tf.Tensor2D, columns), 1), 'float32');
}
