import * as tf from '@tensorflow/tfjs-core';
import { alignRanks } from '../broadcast.js';
import type { Lowering } from '../lowering.js';

export const mul: Lowering<'mul'> = ({ node, inputs }) =>
  alignRanks(inputs, node.shape).reduce((result, x) => tf.mul(result, x));
