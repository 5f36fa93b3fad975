import * as tf from '@tensorflow/tfjs-core';
import { LARGEST, masked, type PairForward, pairLoss, sumAll } from './pair-loss.js';
import { checkNumber, checkPair, checkWeights } from './shapes.js';

export interface CoordinateLossOptions {
  /** Treat the target as a constant. @default true */
  readonly detachTarget?: boolean;
}

export interface SmoothL1Options extends CoordinateLossOptions {
  /** Where the square turns into a line, in the coordinates' unit; > 0. @default 1 */
  readonly threshold?: number;
}

/** Mean of a function of w * (predicted - target) over all B*K*D entries. */
function coordinateLoss(
  predicted: tf.Tensor3D,
  target: tf.Tensor3D,
  weights: tf.Tensor | undefined,
  detachTarget: boolean,
  penalty: (error: tf.Tensor) => { readonly values: tf.Tensor; readonly slopes: tf.Tensor },
): tf.Scalar {
  checkPair(predicted, target, ['predicted', 'target'], 'B,K,D');
  const [batch, keypoints, dimensions] = predicted.shape;
  const allowed = [
    [batch, keypoints],
    [batch, keypoints, 1],
    [batch, keypoints, dimensions],
  ];
  checkWeights(weights, allowed, '[B,K], [B,K,1] or [B,K,D]');
  return pairLoss(predicted, target, detachTarget, (output, goal): PairForward => {
    const factor = 1 / predicted.size;
    const spread = weights && spreadWeights(weights, predicted.shape);
    const { values, slopes } = penalty(masked(tf.sub(output, goal), spread));
    return {
      value: tf.mul(sumAll(values), factor) as tf.Scalar,
      gradient: tf.mul(spread ? tf.mul(slopes, spread) : slopes, factor),
    };
  });
}

function spreadWeights(weights: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const [batch, keypoints] = shape as [number, number];
  const last = weights.size / (batch * keypoints);
  const column = tf.reshape(tf.cast(weights, 'float32'), [batch, keypoints, last]);
  return tf.mul(column, tf.ones(shape as [number, number, number]));
}

/**
 * Smooth L1 of coordinates: 0.5 e^2 / threshold where |e| < threshold, |e| - 0.5 threshold beyond, with
 * e = weight * (predicted - target), as a mean over all B*K*D entries, those of weight 0 included.
 *
 * A target of weight 0 may be anything, NaN too. Gradient: with respect to `predicted`; to `target` only with
 * `detachTarget: false`; none to the weights. Own backward, works with stock tfjs. Memory: the caller disposes the scalar.
 *
 * @param predicted coordinates `[B,K,D]` in any unit, D = 2 as (x, y)
 * @param target coordinates `[B,K,D]`
 * @param weights `[B,K]`, `[B,K,1]` or `[B,K,D]` in 0..1; all 1 when absent
 * @returns scalar
 * @throws {LossError} SHAPE_MISMATCH, OUT_OF_RANGE
 * @see Girshick, Fast R-CNN, ICCV 2015, equation 3
 * @example
 * const loss = smoothL1Loss(predicted, target, weights, { threshold: 1 });
 */
export function smoothL1Loss(
  predicted: tf.Tensor3D,
  target: tf.Tensor3D,
  weights?: tf.Tensor,
  options: SmoothL1Options = {},
): tf.Scalar {
  const { threshold = 1, detachTarget = true } = options;
  checkNumber('threshold', threshold, (t) => t > 0 && t < Infinity, 'a number > 0');
  return coordinateLoss(predicted, target, weights, detachTarget, (error) => {
    const size = tf.abs(error);
    // The part within the threshold q and the rest r: 0.5 q^2 / threshold + r is both branches at once.
    const slopes = tf.clipByValue(tf.div(error, threshold), -1, 1);
    const within = tf.minimum(size, threshold);
    const square = tf.div(tf.mul(tf.mul(within, within), 0.5), threshold);
    return { values: tf.add(square, tf.sub(size, within)), slopes };
  });
}

/**
 * Mean of |weight * (predicted - target)| over all B*K*D entries, those of weight 0 included.
 *
 * Gradient: as `smoothL1Loss`; 0 where the difference is 0. Memory: the caller disposes the scalar.
 *
 * @param predicted coordinates `[B,K,D]`
 * @param target coordinates `[B,K,D]`
 * @param weights `[B,K]`, `[B,K,1]` or `[B,K,D]` in 0..1; all 1 when absent
 * @returns scalar
 * @throws {LossError} SHAPE_MISMATCH
 * @example
 * const loss = l1Loss(predicted, target, weights);
 */
export function l1Loss(
  predicted: tf.Tensor3D,
  target: tf.Tensor3D,
  weights?: tf.Tensor,
  options: CoordinateLossOptions = {},
): tf.Scalar {
  return coordinateLoss(predicted, target, weights, options.detachTarget ?? true, (error) => ({
    values: tf.abs(error),
    slopes: tf.sign(error),
  }));
}

/**
 * Mean of (weight * (predicted - target))^2 over all B*K*D entries, those of weight 0 included.
 *
 * Gradient: as `smoothL1Loss`. Memory: the caller disposes the scalar.
 *
 * @param predicted coordinates `[B,K,D]`
 * @param target coordinates `[B,K,D]`
 * @param weights `[B,K]`, `[B,K,1]` or `[B,K,D]` in 0..1; all 1 when absent
 * @returns scalar
 * @throws {LossError} SHAPE_MISMATCH
 * @example
 * const loss = mseLoss(predicted, target, weights);
 */
export function mseLoss(
  predicted: tf.Tensor3D,
  target: tf.Tensor3D,
  weights?: tf.Tensor,
  options: CoordinateLossOptions = {},
): tf.Scalar {
  return coordinateLoss(predicted, target, weights, options.detachTarget ?? true, (error) => ({
    values: tf.mul(error, error),
    slopes: tf.mul(tf.clipByValue(error, -LARGEST, LARGEST), 2),
  }));
}
