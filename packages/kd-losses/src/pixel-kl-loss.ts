import * as tf from '@tensorflow/tfjs-core';
import { LARGEST, type PairForward, pairLoss, sumAll } from './pair-loss.js';
import { checkNumber, checkPair, checkWeights } from './shapes.js';

export interface PixelKlOptions {
  /** Both maps are divided by it before the softmax, and the loss multiplied by its square. @default 1 */
  readonly temperature?: number;
  /** Treat the teacher as a constant. @default false, as released: an ensemble learns from its members too */
  readonly detachTeacher?: boolean;
}

/** Kernel name this package owns; a backend package may register a fast kernel under it. */
const PIXEL_KL = 'PixelKl';

/**
 * Kullback-Leibler divergence from the teacher's to the student's distribution over the pixels of each map, as OKDHP teaches its
 * branches: `T^2 / (B H W)` times the sum over maps of `sum P log(P / Q)`, `P = softmax(w teacher / T)`, `Q = softmax(w student / T)`.
 *
 * The weight multiplies the maps before the softmax, so a keypoint of weight 0 gives two uniform maps and adds nothing.
 * Gradient: with respect to both maps, or to `student` alone with `detachTeacher`; none to the weights. Own backward, works with
 * stock tfjs. Finite for all finite maps. Memory: the caller disposes the scalar.
 *
 * @param student maps `[B,H,W,K]`
 * @param teacher maps `[B,H,W,K]`, for example the ensemble of the branches
 * @param weights `[B,K]` or `[B,K,1]` in 0..1; all 1 when absent
 * @returns scalar
 * @throws {LossError} SHAPE_MISMATCH, OUT_OF_RANGE
 * @see JointsKLDLoss of Li et al., OKDHP, ICCV 2021 (arXiv 2108.02092)
 * @example
 * const loss = pixelKlLoss(branchMaps, ensembleMaps, weights);
 */
export function pixelKlLoss(
  student: tf.Tensor4D,
  teacher: tf.Tensor4D,
  weights?: tf.Tensor,
  options: PixelKlOptions = {},
): tf.Scalar {
  const { temperature = 1, detachTeacher = false } = options;
  checkPair(student, teacher, ['student', 'teacher'], 'B,H,W,K');
  const [batch, height, width, keypoints] = student.shape;
  const allowed = [
    [batch, keypoints],
    [batch, keypoints, 1],
  ];
  checkWeights(weights, allowed, '[B,K] or [B,K,1]');
  checkNumber(
    'temperature',
    temperature,
    (value) => value > 1e-15 && value < 1e15,
    'a number above 0 (1e-15 to 1e15)',
  );

  const factor = temperature ** 2 / (batch * height * width);
  return pairLoss(student, teacher, detachTeacher, (ours, theirs) => {
    const scale = weights
      ? tf.div(tf.reshape(tf.cast(weights, 'float32'), [batch, 1, 1, keypoints]), temperature)
      : tf.fill([batch, 1, 1, keypoints], 1 / temperature);
    return tf.getKernel(PIXEL_KL, tf.getBackend()) === undefined
      ? composed(ours, theirs, scale, factor)
      : fused(ours, theirs, scale, { factor, limit: LARGEST, detachTeacher });
  });
}

function composed(
  student: tf.Tensor,
  teacher: tf.Tensor,
  scale: tf.Tensor,
  factor: number,
): PairForward {
  const logQ = logSoftmaxOverSpace(tf.mul(student, scale));
  const logP = logSoftmaxOverSpace(tf.mul(teacher, scale));
  const p = tf.exp(logP);
  const ratio = tf.sub(logP, logQ);
  const terms = tf.mul(p, ratio);
  const outer = tf.mul(scale, factor);
  return {
    value: tf.mul(sumAll(terms), factor) as tf.Scalar,
    gradient: tf.mul(tf.sub(tf.exp(logQ), p), outer),
    secondGradient: () => tf.mul(tf.mul(p, tf.sub(ratio, tf.sum(terms, [1, 2], true))), outer),
  };
}

/** The same by one kernel of the backend, over maps that are one row each. */
function fused(
  student: tf.Tensor,
  teacher: tf.Tensor,
  scale: tf.Tensor,
  attributes: { readonly factor: number; readonly limit: number; readonly detachTeacher: boolean },
): PairForward {
  const [batch, height, width, keypoints] = student.shape as [number, number, number, number];
  const rows = (maps: tf.Tensor): tf.Tensor => {
    const numbers = maps.dtype === 'float32' ? maps : tf.cast(maps, 'float32');
    const first = tf.transpose(numbers, [0, 3, 1, 2]);
    return tf.reshape(first, [batch * keypoints, height * width]);
  };
  const maps = (rows: tf.Tensor): tf.Tensor =>
    tf.transpose(tf.reshape(rows, [batch, keypoints, height, width]), [0, 2, 3, 1]);
  const inputs = {
    student: rows(student),
    teacher: rows(teacher),
    scales: tf.reshape(scale, [batch * keypoints]),
  };
  const [value, gradient, second] = tf
    .engine()
    .runKernel(PIXEL_KL, inputs, { ...attributes }) as unknown as tf.Tensor[];
  return {
    value: value as tf.Scalar,
    gradient: maps(gradient as tf.Tensor),
    secondGradient: () => maps(second as tf.Tensor),
  };
}

/** `[B,H,W,K]`, each map's logarithms of a softmax over its pixels. */
function logSoftmaxOverSpace(maps: tf.Tensor): tf.Tensor {
  const clipped = tf.clipByValue(maps, -LARGEST, LARGEST);
  const shifted = tf.sub(clipped, tf.max(clipped, [1, 2], true));
  return tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), [1, 2], true)));
}
