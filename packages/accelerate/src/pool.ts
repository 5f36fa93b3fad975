import {
  AvgPool,
  AvgPoolGrad,
  backend_util,
  MaxPool,
  MaxPoolGrad,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { checkShape } from './convolution.js';
import { addressOf, sizeOf } from './heap.js';
import type { Kernel, KernelArguments } from './kernel.js';

type Four = [number, number, number, number];
type Pair = number | [number, number];

/** What a pool does to `[B,H,W,C]`, in the order in which the native functions take it. */
interface Pool {
  readonly outShape: readonly number[];
  /** Batch, height, width, channels, output height and width, filter, strides, padding at the top and left. */
  readonly geometry: readonly number[];
}

function poolOf(x: TensorInfo, { attrs }: KernelArguments): Pool {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const info = backend_util.computePool2DInfo(
    x.shape as Four,
    filterSize as Pair,
    strides as Pair,
    1,
    pad as Parameters<typeof backend_util.computePool2DInfo>[4],
    dimRoundingMode as 'floor' | undefined,
  );
  return {
    outShape: info.outShape,
    geometry: [
      ...[info.batchSize, info.inHeight, info.inWidth, info.inChannels],
      ...[info.outHeight, info.outWidth, info.filterHeight, info.filterWidth],
      ...[info.strideHeight, info.strideWidth, info.padInfo.top, info.padInfo.left],
    ],
  };
}

function forward(name: string, native: 'maxPool' | 'averagePool'): Kernel {
  return {
    name,
    run: (call): TensorInfo => {
      const { x } = call.inputs as { x: TensorInfo };
      const { outShape, geometry } = poolOf(x, call);
      const from = addressOf(call.backend, x, 'x');
      const result = call.output(outShape);
      if (sizeOf(outShape) === 0) return result;
      call.native[native](from, addressOf(call.backend, result, 'output'), ...geometry);
      return result;
    },
  };
}

/** tfjs's MaxPool, for every rounding of the size. */
export const maxPool: Kernel = forward(MaxPool, 'maxPool');

/** tfjs's AvgPool, for every rounding of the size; padding is not counted. */
export const averagePool: Kernel = forward(AvgPool, 'averagePool');

/** tfjs's MaxPoolGrad: the first largest pixel of each window takes its gradient, whatever its sign. */
export const maxPoolGrad: Kernel = {
  name: MaxPoolGrad,
  run: (call): TensorInfo => {
    const { backend } = call;
    const { dy, input, output } = call.inputs as Record<'dy' | 'input' | 'output', TensorInfo>;
    const { outShape, geometry } = poolOf(input, call);
    checkShape(MaxPoolGrad, 'dy', dy, outShape);
    checkShape(MaxPoolGrad, 'output', output, outShape);
    const result = call.output(input.shape);
    if (sizeOf(input.shape) === 0) return result;
    call.native.maxPoolGradient(
      ...[addressOf(backend, input, 'input'), addressOf(backend, output, 'output')],
      ...[addressOf(backend, dy, 'dy'), addressOf(backend, result, 'dx'), ...geometry],
    );
    return result;
  },
};

/** tfjs's AvgPoolGrad, with the counts of the forward pass: padding takes no part. */
export const averagePoolGrad: Kernel = {
  name: AvgPoolGrad,
  run: (call): TensorInfo => {
    const { backend } = call;
    const { dy, input } = call.inputs as Record<'dy' | 'input', TensorInfo>;
    const { outShape, geometry } = poolOf(input, call);
    checkShape(AvgPoolGrad, 'dy', dy, outShape);
    const result = call.output(input.shape);
    if (sizeOf(input.shape) === 0) return result;
    call.native.averagePoolGradient(
      ...[addressOf(backend, dy, 'dy'), addressOf(backend, result, 'dx'), ...geometry],
    );
    return result;
  },
};
