import * as tf from '@tensorflow/tfjs-core';

/**
 * Applies the transpose of a linear map along one axis: for a map `[output, input]` and `dy` with
 * `output` elements on that axis, the tensor with `input` elements there.
 */
export function transposedAlong(dy: tf.Tensor, axis: number, map: tf.Tensor2D): tf.Tensor {
  const [output, input] = map.shape;
  const front = [axis, ...dy.shape.map((_, i) => i).filter((i) => i !== axis)];
  const back = dy.shape.map((_, i) => front.indexOf(i));
  const rows = tf.reshape(tf.transpose(dy, front), [output, -1]) as tf.Tensor2D;
  // The map is small: transposing it here keeps the product free of flags, which is the fast case
  // on wasm.
  const product = tf.matMul(tf.transpose(map), rows);
  const shape = front.map((i) => (i === axis ? input : dy.shape[i]!));
  return tf.transpose(tf.reshape(product, shape), back);
}

/** The matrix `[output, input]` of a linear map, from what it makes of the unit vectors. */
export function matrixOf(size: number, map: (units: tf.Tensor2D) => tf.Tensor): tf.Tensor2D {
  const result = map(tf.eye(size));
  return tf.reshape(result, [-1, size]) as tf.Tensor2D;
}
