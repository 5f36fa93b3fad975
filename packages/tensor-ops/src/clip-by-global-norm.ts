import * as tf from '@tensorflow/tfjs-core';
import { TensorOpsError } from './errors.js';

/** Keeps the factor finite for a zero gradient; the value PyTorch uses. */
const NORM_EPSILON = 1e-6;

/** A gradient of limited length, and the length it had; both new, the caller disposes them. */
export interface ClippedGradient {
  readonly gradient: tf.Tensor1D;
  /** Euclidean norm before clipping; NaN or Infinity when the gradient was not finite. */
  readonly norm: tf.Scalar;
}

/**
 * Scales a flat gradient `[P]` down to a largest Euclidean norm, without reading anything back.
 *
 * The factor is `min(1, maxNorm / (norm + 1e-6))`. When the norm is not finite (a NaN or an infinity
 * among the elements, or a sum of squares beyond float32), the gradient becomes all zeros, so that the
 * step cannot poison the weights, and `norm` comes back as it is, so that the caller can see it later.
 * Not differentiable.
 *
 * @param maxNorm a positive number or scalar tensor
 * @throws TensorOpsError OUT_OF_RANGE
 * @see Pascanu et al. 2013, algorithm 1
 * @example
 * const { gradient, norm } = clipByGlobalNorm(tf.tensor1d([3, 4]), 1); // [0.6, 0.8], 5
 */
export function clipByGlobalNorm(flat: tf.Tensor1D, maxNorm: number | tf.Scalar): ClippedGradient {
  if (typeof maxNorm === 'number' && !(maxNorm > 0)) {
    throw new TensorOpsError(
      'OUT_OF_RANGE',
      `clipByGlobalNorm expected maxNorm > 0, got ${maxNorm}.`,
      { maxNorm },
    );
  }
  return tf.tidy(() => {
    const norm = tf.sqrt(tf.sum(tf.square(flat))) as tf.Scalar;
    const factor = tf.minimum(tf.div(maxNorm, tf.add(norm, NORM_EPSILON)), 1);
    const scaled = tf.mul(flat, factor);
    const gradient = tf.where(tf.isFinite(norm), scaled, tf.zerosLike(flat)) as tf.Tensor1D;
    return { gradient, norm };
  });
}
