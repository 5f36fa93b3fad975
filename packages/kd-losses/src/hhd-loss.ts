import { type AlignOptions, alignHeatmaps } from '@pose-distill/hhd-align';
import * as tf from '@tensorflow/tfjs-core';
import { difference, pairLoss, sumAll } from './pair-loss.js';
import { checkNumber, checkPair, checkWeights } from './shapes.js';

export interface HhdLossOptions extends AlignOptions {
  /** Factor of the whole term; the released recipes use the default. @default 0.5 */
  readonly weight?: number;
  /** A weight `[B,K]` or `[B,K,1]` for each keypoint's squares; all 1, unseen keypoints included, as released. */
  readonly keypointWeights?: tf.Tensor;
}

/**
 * Heterogeneous heatmap distillation: the squared difference of two aligned windows, one of the student's implicit
 * (soft-argmax) map and one of the teacher's explicit (Gaussian) map.
 *
 * weight * (1/B) * sum over samples, keypoints and window cells of (S - T)^2: a sum over keypoints, so the term grows with K.
 * Options of the alignment (`variant`, `beta`, `windowSize`, normalisations) are those of `alignHeatmaps`.
 * Under `l2` and `l1` the overall scale of the student's logits gets no gradient from this term.
 *
 * Gradient: with respect to `studentLogits`; to `teacherMaps` only with `detachTeacher: false`; none to weights and window
 * centres. Own backward, works with stock tfjs. Memory: the caller disposes the scalar.
 *
 * @param studentLogits raw output of the student's last convolution `[B,H,W,K]`, before any softmax
 * @param teacherMaps raw output of the teacher `[B,H,W,K]`
 * @returns scalar
 * @throws {LossError | AlignError} SHAPE_MISMATCH, OUT_OF_RANGE
 * @see Du et al., Image and Vision Computing 2024, doi 10.1016/j.imavis.2024.105041; variant 'reference' is the released CropbiasLoss
 * @example
 * const loss = hhdLoss(studentLogits, teacherMaps, { variant: 'paper', beta: 10 });
 */
export function hhdLoss(
  studentLogits: tf.Tensor4D,
  teacherMaps: tf.Tensor4D,
  options: HhdLossOptions = {},
): tf.Scalar {
  const { weight = 0.5, keypointWeights, ...align } = options;
  checkPair(studentLogits, teacherMaps, ['studentLogits', 'teacherMaps'], 'B,H,W,K');
  const [batch, , , keypoints] = studentLogits.shape;
  checkWeights(
    keypointWeights,
    [
      [batch, keypoints],
      [batch, keypoints, 1],
    ],
    '[B,K] or [B,K,1]',
  );
  checkNumber('weight', weight, Number.isFinite, 'a finite number');

  return tf.tidy(() => {
    const windows = alignHeatmaps({ student: studentLogits, teacher: teacherMaps }, align);
    const detached = align.detachTeacher ?? true;
    return pairLoss(windows.student, windows.teacher, detached, (student, teacher) => {
      const apart = difference(student, teacher);
      const factor = weight / batch;
      const scale = keypointWeights
        ? tf.mul(tf.reshape(tf.cast(keypointWeights, 'float32'), [batch, keypoints, 1, 1]), factor)
        : factor;
      // (f*d)*d rather than f*(d*d): a weight of 0 then wins over a square that overflows.
      const scaled = tf.mul(apart, scale);
      return {
        value: sumAll(tf.mul(scaled, apart)),
        gradient: tf.mul(scaled, 2),
      };
    });
  });
}
