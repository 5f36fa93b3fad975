import * as ops from '@pose-distill/tensor-ops';
import type { Tensor1D } from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering.js';

export const layerNorm: Lowering<'layerNorm'> = ({ node, inputs, parameter }) =>
  ops.layerNorm(
    inputs[0]!,
    parameter('gamma') as Tensor1D,
    parameter('beta') as Tensor1D,
    node.attributes,
  );
