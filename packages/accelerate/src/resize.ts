import {
  ResizeNearestNeighbor,
  ResizeNearestNeighborGrad,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { checkShape } from './convolution.js';
import { addressOf, sizeOf, withScratch } from './heap.js';
import type { Kernel, KernelCall } from './kernel.js';

const isPowerOfTwo = (n: number): boolean => Number.isInteger(n) && n >= 1 && (n & (n - 1)) === 0;

/** tfjs's ResizeNearestNeighborGrad, exact for all its attributes. */
export const resizeNearestNeighborGrad: Kernel = {
  name: ResizeNearestNeighborGrad,
  run: (call): TensorInfo => {
    const { backend, native } = call;
    const { images, dy } = call.inputs as { images: TensorInfo; dy: TensorInfo };
    const [batch, height, width, channels] = images.shape as [number, number, number, number];
    const [, outHeight, outWidth] = dy.shape as [number, number, number, number];
    checkShape(ResizeNearestNeighborGrad, 'dy', dy, [batch, outHeight, outWidth, channels]);
    const result = call.output(images.shape);
    if (sizeOf(images.shape) === 0) return result;
    const from = addressOf(backend, dy, 'dy');
    const to = addressOf(backend, result, 'output');
    const factorY = outHeight / height;
    const factorX = outWidth / width;
    // By these factors the source index is exact in float32, so it needs no look-up.
    if (!call.attrs.alignCorners && isPowerOfTwo(factorY) && isPowerOfTwo(factorX)) {
      native.enlargeGradient(from, to, batch, height, width, channels, factorY, factorX);
      return result;
    }
    const rows = sourcesOf(call, height, outHeight);
    const columns = sourcesOf(call, width, outWidth);
    withScratch(backend, 4 * (outHeight + outWidth), (base) => {
      const words = new Int32Array(call.memory.buffer, base, outHeight + outWidth);
      words.set(rows);
      words.set(columns, outHeight);
      native.nearestGradient(
        ...[from, to, batch, height, width, channels],
        ...[outHeight, outWidth, base, base + 4 * outHeight],
      );
    });
    return result;
  },
};

/** Which input position each output position copies: what the forward kernel makes of 0, 1, 2, ... */
function sourcesOf(call: KernelCall, size: number, out: number): Int32Array {
  const { backend, memory } = call;
  const ramp = call.output([1, 1, size, 1]);
  new Float32Array(memory.buffer, addressOf(backend, ramp, 'ramp'), size).forEach(
    (_, i, values) => {
      values[i] = i;
    },
  );
  const resized = call.other(ResizeNearestNeighbor, {
    inputs: { images: ramp },
    attrs: { ...call.attrs, size: [1, out] },
  });
  const values = new Float32Array(memory.buffer, addressOf(backend, resized, 'resized'), out);
  const sources = Int32Array.from(values);
  backend.disposeData(ramp.dataId);
  backend.disposeData(resized.dataId);
  return sources;
}
