import * as tf from '@tensorflow/tfjs-core';
import { alignRanks } from '../broadcast.js';
import type { Lowering } from '../lowering.js';

export const add: Lowering<'add'> = ({ node, inputs }) =>
  alignRanks(inputs, node.shape).reduce((result, x) => tf.add(result, x));
