import * as tf from '@tensorflow/tfjs-core';
import { LossError } from './errors.js';
import { difference, pairLoss, sumAll } from './pair-loss.js';
import { checkPair, checkWeights } from './shapes.js';

/**
 * How weights enter and what the sum is divided by. All divide by every entry, those of weight 0 included.
 * `mmpose`: mean of w * d^2. `mmpose-0`: mean of (w * d)^2. `hrnet`: half of that.
 */
export type HeatmapWeighting = 'mmpose' | 'mmpose-0' | 'hrnet';

export interface HeatmapMseOptions {
  /** @default 'mmpose' */
  readonly weighting?: HeatmapWeighting;
  /** Leave out the maps whose target is zero everywhere (the divisor stays). @default false */
  readonly skipEmptyMaps?: boolean;
  /** Treat the target as a constant. @default true */
  readonly detachTarget?: boolean;
}

const WEIGHTINGS: readonly string[] = ['mmpose', 'mmpose-0', 'hrnet'];

/**
 * Mean squared error of heatmaps with a weight for each keypoint, in three published forms that differ by how the weight
 * enters and by a half.
 *
 * For weights of 0 and 1 `mmpose` and `mmpose-0` agree and `hrnet` is half of them.
 * Gradient: with respect to `predicted`; to `target` only with `detachTarget: false`; none to the weights. Own backward,
 * works with stock tfjs. Memory: the caller disposes the scalar.
 *
 * @param predicted heatmaps `[B,H,W,K]`
 * @param target heatmaps `[B,H,W,K]`: encoded annotations, or a teacher's maps
 * @param weights `[B,K]` or `[B,K,1]` in 0..1; all 1 when absent
 * @returns scalar
 * @throws {LossError} SHAPE_MISMATCH, OUT_OF_RANGE
 * @see JointsMSELoss of HRNet (Sun et al., CVPR 2019) and of OKDHP (Li et al., ICCV 2021); KeypointMSELoss of mmpose
 * @example
 * const loss = heatmapMseLoss(predicted, target, weights, { weighting: 'hrnet' });
 */
export function heatmapMseLoss(
  predicted: tf.Tensor4D,
  target: tf.Tensor4D,
  weights?: tf.Tensor,
  options: HeatmapMseOptions = {},
): tf.Scalar {
  const { weighting = 'mmpose', skipEmptyMaps = false, detachTarget = true } = options;
  checkPair(predicted, target, ['predicted', 'target'], 'B,H,W,K');
  const [batch, , , keypoints] = predicted.shape;
  checkWeights(
    weights,
    [
      [batch, keypoints],
      [batch, keypoints, 1],
    ],
    '[B,K] or [B,K,1]',
  );
  if (!WEIGHTINGS.includes(weighting))
    throw new LossError(
      'OUT_OF_RANGE',
      `weighting: expected one of ${WEIGHTINGS.join(', ')}, got ${String(weighting)}.`,
      { weighting },
    );
  const factor = (weighting === 'hrnet' ? 0.5 : 1) / predicted.size;

  return pairLoss(predicted, target, detachTarget, (output, goal) => {
    const scale = mapWeights(goal, weights, weighting, skipEmptyMaps);
    const apart = difference(output, goal);
    const scaled = scale === undefined ? apart : tf.mul(apart, scale);
    // (w*d)*d rather than w*(d*d): a weight of 0 then wins over a square that overflows.
    return {
      value: tf.mul(sumAll(tf.mul(scaled, apart)), factor) as tf.Scalar,
      gradient: tf.mul(scaled, 2 * factor),
    };
  });
}

/** Factor of each map's squares, `[B,1,1,K]`. */
function mapWeights(
  target: tf.Tensor,
  weights: tf.Tensor | undefined,
  weighting: HeatmapWeighting,
  skipEmptyMaps: boolean,
): tf.Tensor | undefined {
  const [batch, , , keypoints] = target.shape as [number, number, number, number];
  const given = weights && tf.reshape(tf.cast(weights, 'float32'), [batch, 1, 1, keypoints]);
  const factor = given && weighting !== 'mmpose' ? tf.mul(given, given) : given;
  if (!skipEmptyMaps) return factor;
  const filled = tf.step(tf.max(tf.abs(target), [1, 2], true));
  return factor ? tf.mul(factor, filled) : filled;
}
