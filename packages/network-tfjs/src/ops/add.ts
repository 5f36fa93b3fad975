import * as tf from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering.js';

export const add: Lowering<'add'> = ({ inputs }) =>
  inputs.slice(1).reduce((sum, x) => tf.add(sum, x), inputs[0]!);
