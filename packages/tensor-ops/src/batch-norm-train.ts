import * as tf from '@tensorflow/tfjs-core';
import { TensorOpsError } from './errors.js';
import {
  BATCH_NORM_APPLY,
  BATCH_NORM_TRAIN,
  BATCH_NORM_TRAIN_GRAD,
  hasKernel,
  runKernel,
} from './kernels.js';

/** The activation that is fused behind the normalisation. */
export type FusedActivation = 'none' | 'relu' | 'relu6';

export interface BatchNormTrainOptions {
  /** Added to the variance. @default 1e-5 */
  readonly epsilon?: number;
  /** @default 'none' */
  readonly activation?: FusedActivation;
}

export interface BatchNormTrainResult<T extends tf.Tensor = tf.Tensor> {
  /** The normalised, scaled, shifted and activated input, of its shape. */
  readonly y: T;
  /** Batch mean `[C]`; a constant for the gradient. */
  readonly mean: tf.Tensor1D;
  /** Biased batch variance (divided by the count) `[C]`; a constant for the gradient. */
  readonly variance: tf.Tensor1D;
}

export interface BatchNormAttributes {
  readonly epsilon: number;
  readonly activation: FusedActivation;
}

function attributesOf({
  epsilon = 1e-5,
  activation = 'none',
}: BatchNormTrainOptions): BatchNormAttributes {
  return { epsilon, activation };
}

/**
 * Batch normalisation with the batch's own statistics, and an activation behind it, as one op.
 *
 * `x` is `[B, H, W, C]` or any rank of 2 and more; statistics go over all axes but the last.
 * The gradient goes to `x` (through the statistics), `gamma` and `beta`, first order only; relu6 passes
 * it where `0 < value < 6`, relu where `0 < value`. Runs the kernels `BatchNormTrain` and
 * `BatchNormTrainGrad` of the current backend where it has them, and composes tfjs ops otherwise.
 * The caller disposes the three results.
 *
 * @param gamma scale `[C]`
 * @param beta shift `[C]`
 * @throws TensorOpsError SHAPE_MISMATCH, OUT_OF_RANGE
 * @see Ioffe and Szegedy 2015, algorithm 1
 * @example
 * const { y, mean, variance } = batchNormTrain(x, gamma, beta, { activation: 'relu' });
 */
export function batchNormTrain<T extends tf.Tensor>(
  x: T,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  options: BatchNormTrainOptions = {},
): BatchNormTrainResult<T> {
  const attributes = checkBatchNorm(x, gamma, beta, options);
  const statistics: tf.Tensor[] = [];
  const normalise = tf.customGrad((...args) => {
    const [input, scale, shift, save] = args as unknown as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.GradSaveFunc,
    ];
    const inputs = { x: input, gamma: scale, beta: shift };
    const [y, mean, variance] = batchNormForward(inputs, attributes);
    save([input, scale, shift, mean!, variance!]);
    statistics.push(tf.keep(mean!), tf.keep(variance!));
    // All three gradients at once, here and not in a lazy function: tfjs runs each of those in a
    // tidy of its own, which would dispose the other two.
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [savedX, savedGamma, savedBeta, savedMean, savedVariance] = saved as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
      ];
      const gradInputs = {
        dy,
        x: savedX,
        gamma: savedGamma,
        beta: savedBeta,
        mean: savedMean,
        variance: savedVariance,
      };
      return batchNormBackward(gradInputs, attributes);
    };
    return { value: y!, gradFunc };
  });
  const y = normalise(x, gamma, beta) as T;
  // tf.customGrad returns one tensor; the statistics come out beside it and are handed to the
  // caller's scope as clones (which share the values).
  const [mean, variance] = statistics.map((kept) => {
    const handed = tf.clone(kept) as tf.Tensor1D;
    kept.dispose();
    return handed;
  });
  return { y, mean: mean!, variance: variance! };
}

/**
 * The result of `batchNormTrain` once more, to the last bit, from what its gradient saved: for backward passes that keep the
 * inputs of batch norms and not their results.
 *
 * @param saved the tensors that `batchNormTrain` put on the tape: x, gamma, beta, mean, variance
 * @param options those of that call
 */
export function recomputeBatchNorm(
  saved: readonly tf.Tensor[],
  options: BatchNormTrainOptions = {},
): tf.Tensor {
  const [x, gamma, beta, mean, variance] = saved as readonly [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ];
  const attributes = attributesOf(options);
  if (hasKernel(BATCH_NORM_APPLY) && hasKernel(BATCH_NORM_TRAIN))
    return runKernel(BATCH_NORM_APPLY, { x, gamma, beta, mean, variance }, attributes)[0]!;
  return tf.tidy(() => normalised({ centred: tf.sub(x, mean), gamma, beta, variance }, attributes));
}

/** `[y, mean, variance]`, by the backend's kernel where it has one. */
export function batchNormForward(
  inputs: { readonly x: tf.Tensor; readonly gamma: tf.Tensor; readonly beta: tf.Tensor },
  attributes: BatchNormAttributes,
): tf.Tensor[] {
  return hasKernel(BATCH_NORM_TRAIN)
    ? runKernel(BATCH_NORM_TRAIN, inputs, attributes)
    : composeForward(inputs.x, inputs.gamma, inputs.beta, attributes);
}

/** `[dx, dgamma, dbeta]` for any mean and variance, by the backend's kernel where it has one. */
export function batchNormBackward(
  inputs: BatchNormGradInputs,
  attributes: BatchNormAttributes,
): tf.Tensor[] {
  return hasKernel(BATCH_NORM_TRAIN_GRAD)
    ? runKernel(BATCH_NORM_TRAIN_GRAD, { ...inputs }, attributes)
    : composeBackward(inputs, attributes);
}

/** The composition of tfjs ops behind `batchNormTrain`: `[y, mean, variance]`. */
function composeForward(
  x: tf.Tensor,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  attributes: BatchNormAttributes,
): tf.Tensor[] {
  return tf.tidy(() => {
    const axes = x.shape.map((_, axis) => axis).slice(0, -1);
    const mean = tf.mean(x, axes);
    const centred = tf.sub(x, mean);
    const variance = tf.mean(tf.square(centred), axes);
    return [normalised({ centred, gamma, beta, variance }, attributes), mean, variance];
  });
}

function normalised(
  {
    centred,
    gamma,
    beta,
    variance,
  }: Readonly<Record<'centred' | 'gamma' | 'beta' | 'variance', tf.Tensor>>,
  { epsilon, activation }: BatchNormAttributes,
): tf.Tensor {
  const scale = tf.mul(tf.rsqrt(tf.add(variance, epsilon)), gamma);
  const y = tf.add(tf.mul(centred, scale), beta);
  return activation === 'relu' ? tf.relu(y) : activation === 'relu6' ? tf.relu6(y) : y;
}

export interface BatchNormGradInputs {
  readonly dy: tf.Tensor;
  readonly x: tf.Tensor;
  readonly gamma: tf.Tensor;
  readonly beta: tf.Tensor;
  readonly mean: tf.Tensor;
  readonly variance: tf.Tensor;
}

/** The composition of tfjs ops behind the gradient: `[dx, dgamma, dbeta]`. */
function composeBackward(
  inputs: BatchNormGradInputs,
  { epsilon, activation }: BatchNormAttributes,
): tf.Tensor[] {
  return tf.tidy(() => {
    const { dy, x, gamma, beta, mean, variance } = inputs;
    const axes = x.shape.map((_, axis) => axis).slice(0, -1);
    const inverseDeviation = tf.rsqrt(tf.add(variance, epsilon));
    const standardised = tf.mul(tf.sub(x, mean), inverseDeviation);
    let upstream = dy;
    if (activation !== 'none') {
      const value = tf.add(tf.mul(standardised, gamma), beta);
      const above = tf.greater(value, 0);
      const passes = activation === 'relu' ? above : tf.logicalAnd(above, tf.less(value, 6));
      upstream = tf.mul(dy, tf.cast(passes, 'float32'));
    }
    const count = x.size / gamma.size;
    const dbeta = tf.sum(upstream, axes);
    const dgamma = tf.sum(tf.mul(upstream, standardised), axes);
    const viaStatistics = tf.add(tf.div(dbeta, count), tf.mul(standardised, tf.div(dgamma, count)));
    const dx = tf.mul(tf.sub(upstream, viaStatistics), tf.mul(gamma, inverseDeviation));
    return [dx, dgamma, dbeta];
  });
}

/** @throws TensorOpsError SHAPE_MISMATCH, OUT_OF_RANGE */
export function checkBatchNorm(
  x: tf.Tensor,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  options: BatchNormTrainOptions,
): BatchNormAttributes {
  const channels = x.shape[x.shape.length - 1];
  const fits = (t: tf.Tensor): boolean => t.shape.length === 1 && t.shape[0] === channels;
  if (x.shape.length < 2 || x.size === 0 || !fits(gamma) || !fits(beta)) {
    throw new TensorOpsError(
      'SHAPE_MISMATCH',
      `batchNormTrain expected x of rank 2 or more, not empty, with gamma and beta of the length of its last axis; ` +
        `got x [${x.shape}], gamma [${gamma.shape}], beta [${beta.shape}].`,
      { x: x.shape, gamma: gamma.shape, beta: beta.shape },
    );
  }
  const attributes = attributesOf(options);
  const { epsilon, activation } = attributes;
  if (!(epsilon >= 0) || !['none', 'relu', 'relu6'].includes(activation)) {
    throw new TensorOpsError(
      'OUT_OF_RANGE',
      `batchNormTrain expected epsilon >= 0 and activation 'none', 'relu' or 'relu6'; got epsilon ${epsilon}, activation '${activation}'.`,
      { epsilon, activation },
    );
  }
  return attributes;
}
