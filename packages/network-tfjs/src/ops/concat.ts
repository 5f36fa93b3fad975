import * as tf from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering.js';

/** tfjs's concat saves all its inputs, though its gradient needs their shapes only. */
export const concat: Lowering<'concat'> = ({ node, inputs }) => {
  const axis = (node.attributes.axis ?? node.shape.length - 1) + 1;
  const sizes = inputs.map(({ shape }) => shape[axis]!);
  const join = tf.customGrad((...args) => ({
    value: tf.concat(args.slice(0, -1) as tf.Tensor[], axis),
    gradFunc: (dy: tf.Tensor) => tf.split(dy, sizes, axis),
  }));
  return join(...inputs);
};
