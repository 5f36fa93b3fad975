import type { TensorInfo } from '@tensorflow/tfjs-core';
import { checkShape } from './convolution.js';
import { AccelerateError } from './errors.js';
import { addressOf, Pieces, sizeOf, withScratch } from './heap.js';
import type { Kernel } from './kernel.js';

/** tensor-ops's SoftmaxGrad: dy and the softmax y to `y (dy - sum of y dy)`, over the last axis. */
export const softmaxGrad: Kernel = {
  name: 'SoftmaxGrad',
  run: (call): TensorInfo => {
    const { backend } = call;
    const { dy, y } = call.inputs as { dy: TensorInfo; y: TensorInfo };
    checkShape('SoftmaxGrad', 'dy', dy, y.shape);
    const result = call.output(y.shape);
    if (sizeOf(y.shape) === 0) return result;
    const count = y.shape.at(-1) ?? 1;
    call.native.softmaxRowsGradient(
      ...[addressOf(backend, dy, 'dy'), addressOf(backend, y, 'y')],
      ...[addressOf(backend, result, 'dx'), sizeOf(y.shape) / count, count],
    );
    return result;
  },
};

/** Channels and rows of a layer norm's x, checked. */
function rowsOf(name: string, x: TensorInfo): { channels: number; rows: number } {
  const channels = x.shape.at(-1) ?? 0;
  const size = sizeOf(x.shape);
  if (x.shape.length === 0 || size === 0) {
    throw new AccelerateError(
      'SHAPE_MISMATCH',
      `${name} expected x [..., C], not empty, got [${x.shape}].`,
      { x: x.shape },
    );
  }
  return { channels, rows: size / channels };
}

/** tensor-ops's LayerNorm, with the mean and 1 / deviation of each row. */
export const layerNorm: Kernel = {
  name: 'LayerNorm',
  run: (call): TensorInfo[] => {
    const { backend } = call;
    const { x, gamma, beta } = call.inputs as Record<'x' | 'gamma' | 'beta', TensorInfo>;
    const { epsilon } = call.attrs as { epsilon: number };
    const { channels, rows } = rowsOf('LayerNorm', x);
    checkShape('LayerNorm', 'gamma', gamma, [channels]);
    checkShape('LayerNorm', 'beta', beta, [channels]);
    const y = call.output(x.shape);
    const single = [...x.shape.slice(0, -1), 1];
    const mean = call.output(single);
    const inverseDeviation = call.output(single);
    call.native.layerNormRows(
      ...[addressOf(backend, x, 'x'), addressOf(backend, gamma, 'gamma')],
      ...[addressOf(backend, beta, 'beta'), addressOf(backend, y, 'y')],
      ...[addressOf(backend, mean, 'mean'), addressOf(backend, inverseDeviation, 'deviation')],
      ...[rows, channels, epsilon],
    );
    return [y, mean, inverseDeviation];
  },
};

/** tensor-ops's LayerNormGrad. */
export const layerNormGrad: Kernel = {
  name: 'LayerNormGrad',
  run: (call): TensorInfo[] => {
    const { backend } = call;
    const { dy, x, gamma, mean, inverseDeviation } = call.inputs as Record<
      'dy' | 'x' | 'gamma' | 'mean' | 'inverseDeviation',
      TensorInfo
    >;
    const { channels, rows } = rowsOf('LayerNormGrad', x);
    const single = [...x.shape.slice(0, -1), 1];
    checkShape('LayerNormGrad', 'dy', dy, x.shape);
    checkShape('LayerNormGrad', 'gamma', gamma, [channels]);
    checkShape('LayerNormGrad', 'mean', mean, single);
    checkShape('LayerNormGrad', 'inverseDeviation', inverseDeviation, single);
    const dx = call.output(x.shape);
    const dGamma = call.output([channels]);
    const dBeta = call.output([channels]);
    const pieces = new Pieces();
    const partial = pieces.take(8 * channels);
    const sums = pieces.take(16 * channels);
    withScratch(backend, pieces.bytes, (base) =>
      call.native.layerNormRowsGradient(
        ...[addressOf(backend, dy, 'dy'), addressOf(backend, x, 'x')],
        ...[addressOf(backend, gamma, 'gamma'), addressOf(backend, mean, 'mean')],
        ...[addressOf(backend, inverseDeviation, 'inverseDeviation'), addressOf(backend, dx, 'dx')],
        ...[addressOf(backend, dGamma, 'dgamma'), addressOf(backend, dBeta, 'dbeta')],
        ...[rows, channels, base + partial, base + sums],
      ),
    );
    return [dx, dGamma, dBeta];
  },
};
