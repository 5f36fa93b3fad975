import * as tf from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering.js';

export const transpose: Lowering<'transpose'> = ({ node, inputs }) =>
  tf.transpose(inputs[0]!, [0, ...node.attributes.axes.map((axis) => axis + 1)]);
