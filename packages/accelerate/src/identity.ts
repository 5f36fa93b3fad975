import { Identity, type TensorInfo } from '@tensorflow/tfjs-core';
import type { Kernel } from './kernel.js';

/** tfjs's Identity without its copy: tensors are never written in place, so two may share their values. */
export const identity: Kernel = {
  name: Identity,
  run: (call): TensorInfo | TensorInfo[] => {
    const { x } = call.inputs as { x: TensorInfo };
    if (x.dtype === 'string' && call.previous !== undefined) return call.previous(call);
    call.backend.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  },
};
