import * as tf from '@tensorflow/tfjs-core';
import { TensorOpsError } from './errors.js';
import { hasKernel, LAYER_NORM, LAYER_NORM_GRAD, runKernel } from './kernels.js';

export interface LayerNormOptions {
  /** Added to the variance. @default 1e-5 */
  readonly epsilon?: number;
}

interface Attributes {
  readonly epsilon: number;
}

/**
 * Layer normalisation over the last axis, scaled and shifted.
 *
 * `x` is `[..., C]`; each row is normalised by its own mean and biased variance. The gradient goes to
 * `x`, `gamma` and `beta`, first order, with its own gradient, so `installGradients` is not needed. Runs
 * the kernels `LayerNorm` and `LayerNormGrad` of the current backend where it has them, and composes tfjs
 * ops otherwise. The caller disposes the result.
 *
 * @param gamma scale `[C]`
 * @param beta shift `[C]`
 * @throws TensorOpsError SHAPE_MISMATCH, OUT_OF_RANGE
 * @see Ba et al. 2016, equation 3 with the gain and bias of section 3.1
 * @example
 * layerNorm(tokens, gamma, beta); // tokens [B, T, 192], gamma and beta [192]
 */
export function layerNorm<T extends tf.Tensor>(
  x: T,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  options: LayerNormOptions = {},
): T {
  const attributes: Attributes = { epsilon: options.epsilon ?? 1e-5 };
  check(x, gamma, beta, attributes.epsilon);
  const normalise = tf.customGrad((...args) => {
    const [input, scale, shift, save] = args as unknown as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.GradSaveFunc,
    ];
    const [y, mean, inverseDeviation] = hasKernel(LAYER_NORM)
      ? runKernel(LAYER_NORM, { x: input, gamma: scale, beta: shift }, attributes)
      : composeForward(input, scale, shift, attributes);
    save([input, scale, mean!, inverseDeviation!]);
    // All three gradients at once: tfjs would run lazy ones each in a tidy of its own.
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const inputs: GradInputs = {
        dy,
        x: saved[0]!,
        gamma: saved[1]!,
        mean: saved[2]!,
        inverseDeviation: saved[3]!,
      };
      return hasKernel(LAYER_NORM_GRAD)
        ? runKernel(LAYER_NORM_GRAD, { ...inputs }, attributes)
        : composeBackward(inputs);
    };
    return { value: y!, gradFunc };
  });
  return normalise(x, gamma, beta) as T;
}

/** The composition behind `layerNorm`: `[y, mean, inverseDeviation]`, the last two `[..., 1]`. */
function composeForward(
  x: tf.Tensor,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  { epsilon }: Attributes,
): tf.Tensor[] {
  return tf.tidy(() => {
    const mean = tf.mean(x, -1, true);
    const centred = tf.sub(x, mean);
    const variance = tf.mean(tf.square(centred), -1, true);
    const inverseDeviation = tf.rsqrt(tf.add(variance, epsilon));
    const y = tf.add(tf.mul(tf.mul(centred, inverseDeviation), gamma), beta);
    return [y, mean, inverseDeviation];
  });
}

interface GradInputs {
  readonly dy: tf.Tensor;
  readonly x: tf.Tensor;
  readonly gamma: tf.Tensor;
  readonly mean: tf.Tensor;
  readonly inverseDeviation: tf.Tensor;
}

/** The composition behind the gradient: `[dx, dgamma, dbeta]`. */
function composeBackward({ dy, x, gamma, mean, inverseDeviation }: GradInputs): tf.Tensor[] {
  return tf.tidy(() => {
    const channels = gamma.size;
    const standardised = tf.mul(tf.sub(x, mean), inverseDeviation);
    const overRows = (t: tf.Tensor): tf.Tensor => tf.sum(tf.reshape(t, [-1, channels]), 0);
    const upstream = tf.mul(dy, gamma);
    const viaMean = tf.mean(upstream, -1, true);
    const viaDeviation = tf.mul(standardised, tf.mean(tf.mul(upstream, standardised), -1, true));
    const dx = tf.mul(tf.sub(tf.sub(upstream, viaMean), viaDeviation), inverseDeviation);
    return [dx, overRows(tf.mul(dy, standardised)), overRows(dy)];
  });
}

function check(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): void {
  const channels = x.shape[x.shape.length - 1];
  const fits = (t: tf.Tensor): boolean => t.shape.length === 1 && t.shape[0] === channels;
  if (x.shape.length < 1 || x.size === 0 || !fits(gamma) || !fits(beta)) {
    throw new TensorOpsError(
      'SHAPE_MISMATCH',
      `layerNorm expected x [..., C], not empty, with gamma and beta [C]; ` +
        `got x [${x.shape}], gamma [${gamma.shape}], beta [${beta.shape}].`,
      { x: x.shape, gamma: gamma.shape, beta: beta.shape },
    );
  }
  if (!(epsilon >= 0)) {
    throw new TensorOpsError('OUT_OF_RANGE', `layerNorm expected epsilon >= 0, got ${epsilon}.`, {
      epsilon,
    });
  }
}
