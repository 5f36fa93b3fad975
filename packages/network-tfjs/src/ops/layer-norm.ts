import * as tf from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering.js';

export const layerNorm: Lowering<'layerNorm'> = ({ node, inputs, parameter }) => {
  const { mean, variance } = tf.moments(inputs[0]!, -1, true);
  const centred = tf.sub(inputs[0]!, mean);
  const normal = tf.mul(centred, tf.rsqrt(tf.add(variance, node.attributes.epsilon)));
  return tf.add(tf.mul(normal, parameter('gamma')), parameter('beta'));
};
