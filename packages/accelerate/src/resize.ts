import {
  ResizeBilinear,
  ResizeBilinearGrad,
  ResizeNearestNeighbor,
  ResizeNearestNeighborGrad,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { checkShape } from './convolution.js';
import { addressOf, rawAddressOf, sizeOf, withScratch } from './heap.js';
import type { Kernel, KernelCall } from './kernel.js';
import { bilinearSources, nearestSources, type ResizeMode } from './resize-positions.js';

type Four = [number, number, number, number];

/** Source rows and columns of nearest neighbours, side by side in scratch memory. */
function withNearest(
  call: KernelCall,
  [, height, width]: Four,
  [outHeight, outWidth]: [number, number],
  use: (rows: number, columns: number) => void,
): void {
  const mode = call.attrs as unknown as ResizeMode;
  withScratch(call.backend, 4 * (outHeight + outWidth), (base) => {
    const words = new Int32Array(call.memory.buffer, base, outHeight + outWidth);
    words.set(nearestSources(height, outHeight, mode));
    words.set(nearestSources(width, outWidth, mode), outHeight);
    use(base, base + 4 * outHeight);
  });
}

/** tfjs's ResizeNearestNeighbor; source positions are exact quotients, not float32 products. */
export const resizeNearestNeighbor: Kernel = {
  name: ResizeNearestNeighbor,
  run: (call): TensorInfo | TensorInfo[] => {
    const { backend, native } = call;
    const { images } = call.inputs as { images: TensorInfo };
    const isWord = images.dtype === 'float32' || images.dtype === 'int32';
    if (!isWord && call.previous) return call.previous(call);
    const shape = images.shape as Four;
    const [batch, height, width, channels] = shape;
    const [outHeight, outWidth] = call.attrs.size as [number, number];
    const result = call.output([batch, outHeight, outWidth, channels], images.dtype);
    if (sizeOf(result.shape) === 0) return result;
    const [from, to] = [rawAddressOf(backend, images), rawAddressOf(backend, result)];
    withNearest(call, shape, [outHeight, outWidth], (rows, columns) =>
      native.nearest(
        ...[from, to, batch, height, width, channels, outHeight, outWidth, rows, columns],
      ),
    );
    return result;
  },
};

/** tfjs's ResizeNearestNeighborGrad, exact for all its attributes. */
export const resizeNearestNeighborGrad: Kernel = {
  name: ResizeNearestNeighborGrad,
  run: (call): TensorInfo => {
    const { backend, native } = call;
    const { images, dy } = call.inputs as { images: TensorInfo; dy: TensorInfo };
    const shape = images.shape as Four;
    const [batch, height, width, channels] = shape;
    const [, outHeight, outWidth] = dy.shape as Four;
    checkShape(ResizeNearestNeighborGrad, 'dy', dy, [batch, outHeight, outWidth, channels]);
    const result = call.output(shape);
    if (sizeOf(shape) === 0) return result;
    const from = addressOf(backend, dy, 'dy');
    const to = addressOf(backend, result, 'output');
    const [factorY, factorX] = [outHeight / height, outWidth / width];
    const isEnlarged = Number.isInteger(factorY) && Number.isInteger(factorX);
    if (!call.attrs.alignCorners && isEnlarged) {
      native.enlargeGradient(from, to, batch, height, width, channels, factorY, factorX);
      return result;
    }
    withNearest(call, shape, [outHeight, outWidth], (rows, columns) =>
      native.nearestGradient(
        ...[from, to, batch, height, width, channels, outHeight, outWidth, rows, columns],
      ),
    );
    return result;
  },
};

/** Runs `bilinear` or its gradient between `images` and `sized`, which is as large as the output. */
function interpolate(
  call: KernelCall,
  native: 'bilinear' | 'bilinearGradient',
  [batch, height, width, channels]: Four,
  [outHeight, outWidth]: readonly [number, number],
  from: number,
  to: number,
): void {
  const mode = call.attrs as unknown as ResizeMode;
  const y = bilinearSources(height, outHeight, mode);
  const x = bilinearSources(width, outWidth, mode);
  const tables = 12 * (outHeight + outWidth);
  withScratch(call.backend, tables + 4 * width * channels, (base) => {
    const places: number[] = [];
    let at = base;
    for (const table of [y.low, y.high, y.weight, x.low, x.high, x.weight]) {
      const Words = table instanceof Float32Array ? Float32Array : Int32Array;
      new Words(call.memory.buffer, at, table.length).set(table);
      places.push(at);
      at += 4 * table.length;
    }
    call.native[native](
      ...[from, to, batch, height, width, channels, outHeight, outWidth, ...places, at],
    );
  });
}

/** tfjs's ResizeBilinear. To a smaller width its own is faster: most of a line that is mixed first would not be used. */
export const resizeBilinear: Kernel = {
  name: ResizeBilinear,
  run: (call): TensorInfo | TensorInfo[] => {
    const { backend } = call;
    const { images } = call.inputs as { images: TensorInfo };
    const shape = images.shape as Four;
    const size = call.attrs.size as [number, number];
    const isOurs = images.dtype === 'float32' && size[1] >= shape[2];
    if (!isOurs && call.previous) return call.previous(call);
    const result = call.output([shape[0], ...size, shape[3]]);
    if (sizeOf(result.shape) === 0) return result;
    const from = addressOf(backend, images, 'images');
    interpolate(call, 'bilinear', shape, size, from, addressOf(backend, result, 'output'));
    return result;
  },
};

/** tfjs's ResizeBilinearGrad, exact for all its attributes. */
export const resizeBilinearGrad: Kernel = {
  name: ResizeBilinearGrad,
  run: (call): TensorInfo => {
    const { backend } = call;
    const { images, dy } = call.inputs as { images: TensorInfo; dy: TensorInfo };
    const shape = images.shape as Four;
    const [, outHeight, outWidth] = dy.shape as Four;
    checkShape(ResizeBilinearGrad, 'dy', dy, [shape[0], outHeight, outWidth, shape[3]]);
    const result = call.output(shape);
    if (sizeOf(shape) === 0) return result;
    const [from, to] = [addressOf(backend, dy, 'dy'), addressOf(backend, result, 'output')];
    interpolate(call, 'bilinearGradient', shape, [outHeight, outWidth], from, to);
    return result;
  },
};
