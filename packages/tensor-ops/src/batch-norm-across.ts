import * as tf from '@tensorflow/tfjs-core';
import {
  type BatchNormAttributes,
  type BatchNormTrainOptions,
  type BatchNormTrainResult,
  batchNormBackward,
  batchNormForward,
  checkBatchNorm,
  recomputeBatchNorm,
} from './batch-norm-train.js';

/**
 * Shows this replica's numbers to the others and gives everybody's, own ones included, in an order that is the same for all.
 * Returns when all have arrived; every replica calls it for the same ops in the same order. The result is valid until the next
 * call.
 */
export type Gather = (values: Float32Array) => readonly Float32Array[];

export interface BatchNormAcrossResult<T extends tf.Tensor = tf.Tensor>
  extends BatchNormTrainResult<T> {
  /** Values per channel that the statistics are taken over, all replicas together. */
  readonly count: number;
}

/**
 * `batchNormTrain` for a batch that several replicas hold parts of: normalised by the statistics of the whole batch.
 *
 * The gradient to `x` is that of the replicas' losses, each counted by its share of the values and divided by the own share;
 * those to `gamma` and `beta` are this replica's alone. So when the replicas' gradients are averaged by their shares, what
 * comes out is the gradient of the whole batch.
 *
 * Reads two vectors of length C back, forward and backward, without waiting for anything but the other replicas: for backends
 * that compute in this thread (cpu, wasm). The caller disposes the three tensors.
 *
 * @throws TensorOpsError SHAPE_MISMATCH, OUT_OF_RANGE
 * @see Peng et al., MegDet, CVPR 2018, section 3.3
 * @example
 * const { y, mean, variance, count } = batchNormTrainAcross(x, gamma, beta, gather, { activation: 'relu' });
 */
export function batchNormTrainAcross<T extends tf.Tensor>(
  x: T,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  gather: Gather,
  options: BatchNormTrainOptions = {},
): BatchNormAcrossResult<T> {
  const attributes = checkBatchNorm(x, gamma, beta, options);
  const channels = gamma.size;
  const ownCount = x.size / channels;

  const moments = tf.tidy(() => {
    const [, mean, variance] = batchNormForward({ x, gamma, beta }, attributes);
    return readNow(tf.concat([mean!, variance!, tf.tensor1d([ownCount])]));
  });
  const { mean, variance, shares, count } = mergeMoments(gather(moments), channels);
  const meanTensor = tf.tensor1d(mean);
  const varianceTensor = tf.tensor1d(variance);

  const normalise = tf.customGrad((...args) => {
    const [input, scale, shift, save] = args as unknown as [
      tf.Tensor,
      tf.Tensor1D,
      tf.Tensor1D,
      tf.GradSaveFunc,
    ];
    const saved = [input, scale, shift, meanTensor, varianceTensor];
    save(saved);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [x, gamma, beta, mean, variance] = saved as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
      ];
      const inputs = { dy, x, gamma, beta, mean, variance };
      const [dx, dgamma, dbeta] = batchNormBackward(inputs, attributes) as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
      ];
      const own = tf.tidy(() => readNow(tf.concat([dgamma, dbeta])));
      const others = averageOf(gather(own), shares);
      return [tf.tidy(() => corrected(dx, own, others, inputs, attributes)), dgamma, dbeta];
    };
    return { value: recomputeBatchNorm(saved, options), gradFunc };
  });
  const y = normalise(x, gamma, beta) as T;
  return { y, mean: meanTensor, variance: varianceTensor, count };
}

/** What the backward pass took by this replica's sums, put right by the average of all. */
function corrected(
  dx: tf.Tensor,
  own: Float32Array,
  average: Float32Array,
  { x, gamma, mean, variance }: Record<'x' | 'gamma' | 'mean' | 'variance', tf.Tensor>,
  { epsilon }: BatchNormAttributes,
): tf.Tensor {
  const channels = gamma.size;
  const count = x.size / channels;
  const excess = own.map((value, i) => (value - average[i]!) / count);
  const inverseDeviation = tf.rsqrt(tf.add(variance, epsilon));
  const scale = tf.mul(gamma, inverseDeviation);
  const forGamma = tf.mul(
    tf.mul(scale, inverseDeviation),
    tf.tensor1d(excess.subarray(0, channels)),
  );
  const forBeta = tf.mul(scale, tf.tensor1d(excess.subarray(channels)));
  const offset = tf.sub(forBeta, tf.mul(forGamma, mean));
  return tf.add(dx, tf.add(tf.mul(x, forGamma), offset));
}

/** Mean and biased variance of a whole from those of its parts, each `[means, variances, count]`. */
function mergeMoments(
  parts: readonly Float32Array[],
  channels: number,
): { mean: Float32Array; variance: Float32Array; shares: readonly number[]; count: number } {
  const count = parts.reduce((sum, part) => sum + part[2 * channels]!, 0);
  const shares = parts.map((part) => part[2 * channels]! / count);
  const mean = new Float32Array(channels);
  const variance = new Float32Array(channels);
  for (let c = 0; c < channels; c++) {
    let centre = 0;
    for (const [i, part] of parts.entries()) centre += shares[i]! * part[c]!;
    let spread = 0;
    for (const [i, part] of parts.entries())
      spread += shares[i]! * (part[channels + c]! + (part[c]! - centre) ** 2);
    mean[c] = centre;
    variance[c] = spread;
  }
  return { mean, variance, shares, count };
}

function averageOf(parts: readonly Float32Array[], shares: readonly number[]): Float32Array {
  return parts[0]!.map((_, i) => parts.reduce((sum, part, r) => sum + shares[r]! * part[i]!, 0));
}

/** A few numbers that lie in this thread's memory, as a copy. */
function readNow(vector: tf.Tensor): Float32Array {
  return Float32Array.from(tf.backend().readSync(vector.dataId) as Float32Array);
}
