import * as tf from '@tensorflow/tfjs-core';
import { TensorOpsError } from './errors.js';

/**
 * One step of an exponential moving average: `average + (1 - decay) * (value - average)`.
 *
 * A new tensor of the shape of `average`, which the caller disposes; nothing is changed in place.
 *
 * @param decay in [0, 1]; a scalar tensor when it changes from step to step
 * @throws TensorOpsError SHAPE_MISMATCH
 * @example
 * const average = emaUpdate(tf.tensor1d([1]), tf.tensor1d([2]), 0.75); // [1.25]
 */
export function emaUpdate<T extends tf.Tensor>(average: T, value: T, decay: number | tf.Scalar): T {
  if (!tf.util.arraysEqual(average.shape, value.shape)) {
    throw new TensorOpsError(
      'SHAPE_MISMATCH',
      `emaUpdate expected tensors of one shape, got average [${average.shape}], value [${value.shape}].`,
      { average: average.shape, value: value.shape },
    );
  }
  return tf.tidy(() => tf.add(average, tf.mul(tf.sub(value, average), tf.sub(1, decay))) as T);
}
