import * as tf from '@tensorflow/tfjs-core';
import { TensorOpsError } from './errors.js';

/**
 * Puts tensors one after the other in one row `[P]`, each in row-major order, in the order given.
 *
 * Differentiable. The caller disposes the result.
 *
 * @throws TensorOpsError SHAPE_MISMATCH when the list is empty
 * @example
 * const flat = flattenTensors([kernel, bias]);
 */
export function flattenTensors(tensors: readonly tf.Tensor[]): tf.Tensor1D {
  if (tensors.length === 0) {
    throw new TensorOpsError(
      'SHAPE_MISMATCH',
      'flattenTensors expected one tensor or more, got none.',
    );
  }
  return tf.tidy(() => tf.concat1d(tensors.map((t) => tf.reshape(t, [t.size]) as tf.Tensor1D)));
}

/**
 * Cuts a row `[P]` into tensors of the given shapes: the inverse of `flattenTensors`.
 *
 * Differentiable. The caller disposes the results.
 *
 * @throws TensorOpsError SHAPE_MISMATCH when the shapes do not fill the row exactly
 * @example
 * const [kernel, bias] = splitTensor(flat, [[3, 3, 8, 16], [16]]);
 */
export function splitTensor(
  flat: tf.Tensor1D,
  shapes: readonly (readonly number[])[],
): tf.Tensor[] {
  const sizes = shapes.map((shape) => shape.reduce((a, b) => a * b, 1));
  const total = sizes.reduce((a, b) => a + b, 0);
  if (flat.shape.length !== 1 || flat.size !== total) {
    throw new TensorOpsError(
      'SHAPE_MISMATCH',
      `splitTensor expected a row of ${total} elements for ${shapes.length} shapes, got [${flat.shape}].`,
      { expected: total, shape: flat.shape },
    );
  }
  return tf.tidy(() => {
    const rows = tf.split(flat, sizes);
    return rows.map((row, i) => tf.reshape(row, [...shapes[i]!]));
  });
}
