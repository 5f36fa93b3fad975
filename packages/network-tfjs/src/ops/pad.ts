import * as tf from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering.js';

export const pad: Lowering<'pad'> = ({ node, inputs }) => {
  const { top, bottom, left, right } = node.attributes.padding;
  return tf.pad(inputs[0]!, [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]);
};
