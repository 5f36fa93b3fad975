import * as tf from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering.js';

export const concat: Lowering<'concat'> = ({ node, inputs }) =>
  tf.concat([...inputs], (node.attributes.axis ?? node.shape.length - 1) + 1);
