import { sinePositionTable } from '@pose-distill/network';
import * as tf from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering.js';
import { repeatForBatch } from './parameter.js';

export const sinePositions: Lowering<'sinePositions'> = ({ node, batch }) =>
  repeatForBatch(tf.tensor(sinePositionTable(node.attributes), [...node.shape]), batch);
