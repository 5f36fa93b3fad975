import * as tf from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering.js';

export const mean: Lowering<'mean'> = ({ node, inputs }) => {
  const { axes, keepAxes } = node.attributes;
  return tf.mean(
    inputs[0]!,
    axes.map((axis) => axis + 1),
    keepAxes,
  );
};
