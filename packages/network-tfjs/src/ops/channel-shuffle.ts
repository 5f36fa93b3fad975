import * as ops from '@pose-distill/tensor-ops';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering.js';

export const channelShuffle: Lowering<'channelShuffle'> = ({ node, inputs }) =>
  ops.channelShuffle(inputs[0] as Tensor4D, node.attributes.groups);
