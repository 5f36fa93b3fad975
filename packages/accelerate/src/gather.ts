import { backend_util, GatherV2, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { AccelerateError } from './errors.js';
import { rawAddressOf, sizeOf } from './heap.js';
import type { Kernel } from './kernel.js';

/** tfjs's GatherV2. Its own takes the indices of the first batch entry for all where there are batch dimensions. */
export const gather: Kernel = {
  name: GatherV2,
  run: (call): TensorInfo | TensorInfo[] => {
    const { backend, memory, native } = call;
    const { x, indices } = call.inputs as { x: TensorInfo; indices: TensorInfo };
    const isWord = x.dtype === 'float32' || x.dtype === 'int32';
    if ((!isWord || indices.dtype !== 'int32') && call.previous) return call.previous(call);
    const { axis, batchDims = 0 } = call.attrs as { axis: number; batchDims?: number };
    const [along] = util.parseAxisParam(axis, x.shape) as [number];
    const { batchSize, outerSize, dimSize, sliceSize, outputShape } =
      backend_util.segment_util.collectGatherOpShapeInfo(
        x as Parameters<typeof backend_util.segment_util.collectGatherOpShapeInfo>[0],
        indices as Parameters<typeof backend_util.segment_util.collectGatherOpShapeInfo>[1],
        along,
        batchDims,
      );
    const result = call.output(outputShape, x.dtype);
    const count = sizeOf(indices.shape) / batchSize;
    const list = new Int32Array(memory.buffer, rawAddressOf(backend, indices), count * batchSize);
    const wrong = list.find((index) => index < 0 || index >= dimSize);
    if (wrong !== undefined) {
      throw new AccelerateError(
        'OUT_OF_RANGE',
        `GatherV2: the index value ${wrong} is not in [0, ${dimSize - 1}] of axis ${along} of x [${x.shape}].`,
        { index: wrong, axis: along, x: x.shape },
      );
    }
    if (sizeOf(result.shape) === 0) return result;
    native.gatherRuns(
      ...[rawAddressOf(backend, x), rawAddressOf(backend, result), rawAddressOf(backend, indices)],
      ...[batchSize, outerSize, dimSize, count, 4 * sliceSize],
    );
    return result;
  },
};
