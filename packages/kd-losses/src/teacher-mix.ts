import type * as tf from '@tensorflow/tfjs-core';
import { type HeatmapMseOptions, heatmapMseLoss } from './heatmap-loss.js';
import { checkNumber } from './shapes.js';
import { weightedSum } from './weighted-sum.js';

export interface TeacherMixOptions extends Pick<HeatmapMseOptions, 'weighting'> {
  /** Share of one of the two terms, 0..1. @default 0.5 */
  readonly alpha?: number;
  /** Which of them: the papers do not say it the same way. @default 'teacher' */
  readonly alphaOn?: 'teacher' | 'groundTruth';
}

/**
 * `alpha MSE(student, teacher) + (1 - alpha) MSE(student, ground truth)`: the loss of fast pose distillation, and with alpha 0.8 our
 * reading of Park et al. Both terms have the same keypoint weights. No gradient reaches teacher or ground truth.
 *
 * @param student heatmaps `[B,H,W,K]`
 * @param teacher heatmaps `[B,H,W,K]`
 * @param groundTruth heatmaps `[B,H,W,K]`
 * @param weights `[B,K]` or `[B,K,1]` in 0..1; all 1 when absent
 * @param options `weighting` as of `heatmapMseLoss`, default `hrnet` as in FPD
 * @throws {LossError} SHAPE_MISMATCH, OUT_OF_RANGE
 * @see Zhang et al., Fast Human Pose Estimation, CVPR 2019, eq. 5; Park et al., Sensors 2021, 21, 7640
 */
export function teacherMixLoss(
  student: tf.Tensor4D,
  teacher: tf.Tensor4D,
  groundTruth: tf.Tensor4D,
  weights?: tf.Tensor,
  options: TeacherMixOptions = {},
): tf.Scalar {
  const { alpha = 0.5, alphaOn = 'teacher', weighting = 'hrnet' } = options;
  checkNumber('alpha', alpha, (value) => value >= 0 && value <= 1, 'a number in 0..1');
  const share = alphaOn === 'teacher' ? alpha : 1 - alpha;
  return weightedSum(
    [
      heatmapMseLoss(student, teacher, weights, { weighting }),
      heatmapMseLoss(student, groundTruth, weights, { weighting }),
    ],
    [share, 1 - share],
  );
}
