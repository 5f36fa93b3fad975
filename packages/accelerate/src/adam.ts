import type { TensorInfo } from '@tensorflow/tfjs-core';
import { checkShape } from './convolution.js';
import { addressOf, sizeOf } from './heap.js';
import type { Kernel } from './kernel.js';

/**
 * tensor-ops's AdamUpdate. The results are new tensors: XNNPACK keeps packed copies of the filters by tensor, and would go on
 * using the old values of one written in place.
 */
export const adamUpdate: Kernel = {
  name: 'AdamUpdate',
  run: (call): TensorInfo[] => {
    const { backend, native } = call;
    const { weights, m, v, gradient, scalars, decayMask } = call.inputs as Record<
      'weights' | 'm' | 'v' | 'gradient' | 'scalars',
      TensorInfo
    > & { decayMask?: TensorInfo };
    for (const [name, tensor] of Object.entries({ m, v, gradient })) {
      checkShape('AdamUpdate', name, tensor, weights.shape);
    }
    if (decayMask) checkShape('AdamUpdate', 'decayMask', decayMask, weights.shape);
    checkShape('AdamUpdate', 'scalars', scalars, [7]);
    const results = [weights, m, v].map((tensor) => call.output(tensor.shape));
    const addresses = results.map((tensor) => addressOf(backend, tensor, 'output'));
    native.adamUpdate(
      ...[addressOf(backend, weights, 'weights'), addressOf(backend, m, 'm')],
      ...[addressOf(backend, v, 'v'), addressOf(backend, gradient, 'gradient')],
      ...[addressOf(backend, scalars, 'scalars')],
      ...[decayMask ? addressOf(backend, decayMask, 'decayMask') : 0],
      ...[...addresses, sizeOf(weights.shape)],
    );
    return results;
  },
};
