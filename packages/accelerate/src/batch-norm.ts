import type { TensorInfo } from '@tensorflow/tfjs-core';
import { checkShape } from './convolution.js';
import { AccelerateError } from './errors.js';
import { addressOf, sizeOf, withScratch } from './heap.js';
import type { Kernel } from './kernel.js';

/** The codes of `assembly/batch-norm.ts`. */
const ACTIVATIONS: Readonly<Record<string, number>> = { none: 0, relu: 1, relu6: 2 };

interface Layout {
  readonly rows: number;
  readonly channels: number;
  /** lcm(channels, 16): virtual channels, so that all work is on whole vectors. */
  readonly lanes: number;
  readonly epsilon: number;
  readonly activation: number;
}

function layoutOf(kernel: string, x: TensorInfo, attrs: Readonly<Record<string, unknown>>): Layout {
  const channels = x.shape[x.shape.length - 1] ?? 0;
  const size = sizeOf(x.shape);
  const { epsilon, activation = 'none' } = attrs;
  const code = ACTIVATIONS[activation as string];
  if (size === 0 || typeof epsilon !== 'number' || code === undefined) {
    throw new AccelerateError(
      'OUT_OF_RANGE',
      `${kernel} expected a non-empty x, a number epsilon and activation 'none', 'relu' or 'relu6'; ` +
        `got x [${x.shape}], epsilon ${String(epsilon)}, activation ${String(activation)}.`,
      { x: x.shape, epsilon, activation },
    );
  }
  let lanes = channels;
  while (lanes % 16 !== 0) lanes += channels;
  return { rows: size / channels, channels, lanes, epsilon, activation: code };
}

/** tensor-ops's BatchNormTrain: statistics in one pass over x, then normalisation and activation in one. */
export const batchNormTrain: Kernel = {
  name: 'BatchNormTrain',
  run: (call): TensorInfo[] => {
    const { backend, native } = call;
    const { x, gamma, beta } = call.inputs as Record<'x' | 'gamma' | 'beta', TensorInfo>;
    const layout = layoutOf('BatchNormTrain', x, call.attrs);
    const { rows, channels, lanes, epsilon, activation } = layout;
    checkShape('BatchNormTrain', 'gamma', gamma, [channels]);
    checkShape('BatchNormTrain', 'beta', beta, [channels]);
    const y = call.output(x.shape);
    const mean = call.output([channels]);
    const variance = call.output([channels]);
    const xAddress = addressOf(backend, x, 'x');
    const meanAddress = addressOf(backend, mean, 'mean');
    const varianceAddress = addressOf(backend, variance, 'variance');
    withScratch(backend, 28 * lanes, (scratch) => {
      native.batchMoments(xAddress, rows, channels, lanes, meanAddress, varianceAddress, scratch);
      native.batchNormApply(
        ...[xAddress, addressOf(backend, y, 'y'), rows, channels, lanes],
        ...[meanAddress, varianceAddress],
        ...[addressOf(backend, gamma, 'gamma'), addressOf(backend, beta, 'beta')],
        ...[epsilon, activation, scratch],
      );
    });
    return [y, mean, variance];
  },
};

/** tensor-ops's BatchNormApply: the first result of BatchNormTrain, from its statistics. */
export const batchNormApply: Kernel = {
  name: 'BatchNormApply',
  run: (call): TensorInfo => {
    const { backend, native } = call;
    const { x, ...vectors } = call.inputs as Record<
      'x' | 'gamma' | 'beta' | 'mean' | 'variance',
      TensorInfo
    >;
    const layout = layoutOf('BatchNormApply', x, call.attrs);
    const { rows, channels, lanes, epsilon, activation } = layout;
    for (const [name, vector] of Object.entries(vectors)) {
      checkShape('BatchNormApply', name, vector, [channels]);
    }
    const y = call.output(x.shape);
    withScratch(backend, 12 * lanes, (scratch) => {
      native.batchNormApply(
        ...[addressOf(backend, x, 'x'), addressOf(backend, y, 'y'), rows, channels, lanes],
        addressOf(backend, vectors.mean, 'mean'),
        addressOf(backend, vectors.variance, 'variance'),
        addressOf(backend, vectors.gamma, 'gamma'),
        addressOf(backend, vectors.beta, 'beta'),
        ...[epsilon, activation, scratch],
      );
    });
    return y;
  },
};

/** tensor-ops's BatchNormTrainGrad; the activation's mask is computed again from x. */
export const batchNormTrainGrad: Kernel = {
  name: 'BatchNormTrainGrad',
  run: (call): TensorInfo[] => {
    const { backend, native } = call;
    const { dy, x, gamma, beta, mean, variance } = call.inputs as Record<
      'dy' | 'x' | 'gamma' | 'beta' | 'mean' | 'variance',
      TensorInfo
    >;
    const layout = layoutOf('BatchNormTrainGrad', x, call.attrs);
    const { rows, channels, lanes, epsilon, activation } = layout;
    checkShape('BatchNormTrainGrad', 'dy', dy, x.shape);
    for (const [name, vector] of Object.entries({ gamma, beta, mean, variance })) {
      checkShape('BatchNormTrainGrad', name, vector, [channels]);
    }
    const dx = call.output(x.shape);
    const dGamma = call.output([channels]);
    const dBeta = call.output([channels]);
    withScratch(backend, 44 * lanes, (scratch) => {
      native.batchNormGradient(
        ...[addressOf(backend, x, 'x'), addressOf(backend, dy, 'dy'), addressOf(backend, dx, 'dx')],
        ...[rows, channels, lanes],
        ...[addressOf(backend, mean, 'mean'), addressOf(backend, variance, 'variance')],
        ...[addressOf(backend, gamma, 'gamma'), addressOf(backend, beta, 'beta')],
        ...[addressOf(backend, dGamma, 'dgamma'), addressOf(backend, dBeta, 'dbeta')],
        ...[epsilon, activation, scratch],
      );
    });
    return [dx, dGamma, dBeta];
  },
};
