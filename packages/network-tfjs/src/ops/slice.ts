import * as tf from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering.js';

export const slice: Lowering<'slice'> = ({ node, inputs }) => {
  const x = inputs[0]!;
  const { axis, begin, size } = node.attributes;
  const start = x.shape.map((_, index) => (index === axis + 1 ? begin : 0));
  return tf.slice(x, start, x.shape.with(axis + 1, size));
};
