import * as tf from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering.js';

export const globalAveragePool: Lowering<'globalAveragePool'> = ({ node, inputs }) =>
  tf.mean(inputs[0]!, [1, 2], node.attributes.keepMap);
