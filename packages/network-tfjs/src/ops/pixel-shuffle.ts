import * as ops from '@pose-distill/tensor-ops';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering.js';

export const pixelShuffle: Lowering<'pixelShuffle'> = ({ node, inputs }) =>
  ops.pixelShuffle(inputs[0] as Tensor4D, node.attributes.factor, node.attributes.order);
