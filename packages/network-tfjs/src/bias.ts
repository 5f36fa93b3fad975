import * as tf from '@tensorflow/tfjs-core';

/** Adds `[C]` to the last axis. tfjs's sum saves the whole map, though its gradient needs the shape only. */
export function addBias(x: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  return add(x, bias);
}

const add = tf.customGrad((...args) => {
  const [x, bias] = args as [tf.Tensor, tf.Tensor];
  const axes = x.shape.map((_, axis) => axis).slice(0, -1);
  return {
    value: tf.add(x, bias),
    gradFunc: (dy: tf.Tensor) => [tf.clone(dy), tf.sum(dy, axes)],
  };
});
