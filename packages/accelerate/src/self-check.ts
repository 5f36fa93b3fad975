import { batchNormTrain } from '@pose-distill/tensor-ops';
import * as tf from '@tensorflow/tfjs-core';

/** One law that training kernels obey, and how far they are from it. */
export interface Check {
  readonly name: string;
  /** Relative to the terms that were summed. */
  readonly error: number;
}

export interface SelfCheck {
  readonly passed: boolean;
  readonly checks: readonly Check[];
}

/** Far above rounding in float32, far below what a wrong kernel gives. */
const TOLERANCE = 1e-4;

/**
 * Runs small convolutions and a batch norm on the current backend and compares them with what must hold: forward with loops in
 * double precision, the two gradients of a convolution by `<dy, f(x)> = <dx, x> = <dw, w>`, batch norm by its zero mean.
 *
 * For engines that are experimental (new SIMD forms, new GPU drivers): a second of work tells whether to trust them.
 */
export async function selfCheck(): Promise<SelfCheck> {
  const checks: Check[] = [];
  for (const strides of [1, 2]) {
    checks.push(...(await checkConvolution(strides)), ...(await checkDepthwise(strides)));
  }
  checks.push(await checkBatchNorm());
  return { passed: checks.every(({ error }) => error < TOLERANCE), checks };
}

const BATCH = 2;
const HEIGHT = 9;
const WIDTH = 7;
const CHANNELS = 12;
const OUT_CHANNELS = 20;

/** Numbers without a pattern, the same everywhere. */
const noise = (shape: readonly number[], seed: number): tf.Tensor4D => {
  const size = shape.reduce((product, n) => product * n, 1);
  const values = Float32Array.from({ length: size }, (_, i) => Math.sin(seed + 12.9898 * i) % 1);
  return tf.tensor4d(values, [...shape] as [number, number, number, number]);
};

const runKernel = (name: string, inputs: object, attributes: object): tf.Tensor =>
  tf
    .engine()
    .runKernel(name, inputs as tf.NamedTensorMap, attributes as tf.NamedAttrMap) as tf.Tensor;

async function checkConvolution(strides: number): Promise<Check[]> {
  const x = noise([BATCH, HEIGHT, WIDTH, CHANNELS], 1);
  const filter = noise([3, 3, CHANNELS, OUT_CHANNELS], 2);
  const y = tf.conv2d(x, filter, strides, 1);
  const dy = noise(y.shape, 3);
  const attributes = { strides: [strides, strides], pad: 1, dataFormat: 'NHWC', dilations: [1, 1] };
  const dx = runKernel(
    'Conv2DBackpropInput',
    { dy, filter },
    { ...attributes, inputShape: x.shape },
  );
  const dw = runKernel(
    'Conv2DBackpropFilter',
    { x, dy },
    { ...attributes, filterShape: filter.shape },
  );
  const name = `3x3 convolution, stride ${strides}`;
  const forward = await forwardError(y, x, filter, strides);
  const result = [
    { name: `${name}, forward`, error: forward },
    { name: `${name}, input gradient`, error: await imbalance([dy, y], [dx, x]) },
    { name: `${name}, filter gradient`, error: await imbalance([dy, y], [dw, filter]) },
  ];
  tf.dispose([x, filter, y, dy, dx, dw]);
  return result;
}

async function checkDepthwise(strides: number): Promise<Check[]> {
  const x = noise([BATCH, HEIGHT, WIDTH, CHANNELS], 4);
  const filter = noise([3, 3, CHANNELS, 1], 5);
  const y = tf.depthwiseConv2d(x, filter, strides, 1);
  const dy = noise(y.shape, 6);
  const attributes = {
    strides: [strides, strides],
    pad: 1,
    dimRoundingMode: undefined,
    dilations: [1, 1],
  };
  const dx = runKernel(
    'DepthwiseConv2dNativeBackpropInput',
    { dy, filter },
    { ...attributes, inputShape: x.shape },
  );
  const dw = runKernel(
    'DepthwiseConv2dNativeBackpropFilter',
    { x, dy },
    { ...attributes, filterShape: filter.shape },
  );
  const name = `3x3 depthwise convolution, stride ${strides}`;
  const result = [
    { name: `${name}, input gradient`, error: await imbalance([dy, y], [dx, x]) },
    { name: `${name}, filter gradient`, error: await imbalance([dy, y], [dw, filter]) },
  ];
  tf.dispose([x, filter, y, dy, dx, dw]);
  return result;
}

async function checkBatchNorm(): Promise<Check> {
  const x = noise([BATCH, HEIGHT, WIDTH, CHANNELS], 7);
  const [gamma, beta] = [tf.ones([CHANNELS]), tf.zeros([CHANNELS])] as [tf.Tensor1D, tf.Tensor1D];
  const { y, mean, variance } = batchNormTrain(x, gamma, beta);
  const values = await y.data();
  const sums = new Float64Array(CHANNELS);
  const squares = new Float64Array(CHANNELS);
  values.forEach((value, i) => {
    sums[i % CHANNELS]! += value;
    squares[i % CHANNELS]! += value * value;
  });
  const count = values.length / CHANNELS;
  const error = Math.max(
    ...Array.from(sums, (sum) => Math.abs(sum / count)),
    // The epsilon of 1e-5 beneath the variance keeps the deviation a little below 1.
    ...Array.from(squares, (square) => Math.abs(square / count - 1) / 10),
  );
  tf.dispose([x, gamma, beta, y, mean, variance]);
  return { name: 'batch norm', error };
}

/** `|<a, b> - <c, d>|` over the sum of the products' magnitudes, in double precision. */
async function imbalance(
  first: [tf.Tensor, tf.Tensor],
  second: [tf.Tensor, tf.Tensor],
): Promise<number> {
  const products = async ([a, b]: [tf.Tensor, tf.Tensor]): Promise<[number, number]> => {
    const [left, right] = [await a.data(), await b.data()];
    let sum = 0;
    let magnitude = 0;
    for (let i = 0; i < left.length; i++) {
      sum += left[i]! * right[i]!;
      magnitude += Math.abs(left[i]! * right[i]!);
    }
    return [sum, magnitude];
  };
  const [[one, size], [other]] = [await products(first), await products(second)];
  return Math.abs(one - other) / size;
}

async function forwardError(
  y: tf.Tensor4D,
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  strides: number,
): Promise<number> {
  const [values, inputs, weights] = [await y.data(), await x.data(), await filter.data()];
  const [, outHeight, outWidth] = y.shape;
  let largest = 0;
  let error = 0;
  for (let i = 0; i < values.length; i++) {
    const n = i % OUT_CHANNELS;
    const column = Math.floor(i / OUT_CHANNELS) % outWidth;
    const row = Math.floor(i / OUT_CHANNELS / outWidth) % outHeight;
    const image = Math.floor(i / OUT_CHANNELS / outWidth / outHeight);
    let sum = 0;
    for (let tap = 0; tap < 9; tap++) {
      const h = row * strides + Math.floor(tap / 3) - 1;
      const w = column * strides + (tap % 3) - 1;
      if (h < 0 || w < 0 || h >= HEIGHT || w >= WIDTH) continue;
      const pixel = ((image * HEIGHT + h) * WIDTH + w) * CHANNELS;
      for (let c = 0; c < CHANNELS; c++)
        sum += inputs[pixel + c]! * weights[(tap * CHANNELS + c) * OUT_CHANNELS + n]!;
    }
    largest = Math.max(largest, Math.abs(sum));
    error = Math.max(error, Math.abs(sum - values[i]!));
  }
  return error / largest;
}
