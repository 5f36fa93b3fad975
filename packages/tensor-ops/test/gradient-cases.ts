import * as tf from '@tensorflow/tfjs-core';
import { batchNormTrain } from '../src/index.js';

/** One function whose gradient is checked by finite differences; builds its inputs when run. */
export interface GradientCase {
  readonly name: string;
  /** Kernel names of tfjs or this package whose gradients the case is about. */
  readonly kernels: readonly string[];
  readonly inputs: readonly InputDescription[];
  readonly f: (...inputs: tf.Tensor[]) => tf.Tensor;
  readonly step?: number;
  readonly tolerance?: number;
}

export interface InputDescription {
  readonly shape: readonly number[];
  /** Lowest and highest value. @default [-1.5, 1.5] */
  readonly range?: readonly [number, number];
  /** Values are kept at least `gap` apart from these numbers. */
  readonly avoid?: readonly number[];
  readonly gap?: number;
  /** All values differ by at least the given amount (for max, pools and other choices). */
  readonly distinct?: number;
}

/** Values without symmetry: an irrational walk through the range, the same on every machine. */
export function makeInput(description: InputDescription, salt: number): tf.Tensor {
  const { shape, range = [-1.5, 1.5], avoid = [], gap = 0.05, distinct } = description;
  const size = shape.reduce((a, b) => a * b, 1);
  const [low, high] = range;
  const values = Float32Array.from({ length: size }, (_, i) => {
    const unit = ((i + 1) * 0.6180339887498949 + salt * 0.3819660112501051) % 1;
    return low + (high - low) * unit;
  });
  if (distinct !== undefined) {
    const order = [...values.keys()].sort((a, b) => values[a]! - values[b]!);
    for (const [rank, index] of order.entries()) values[index] = low + rank * distinct;
  }
  for (const [i, value] of values.entries()) {
    for (const point of avoid) {
      if (Math.abs(value - point) < gap) values[i] = point + (value >= point ? gap : -gap) * 1.5;
    }
  }
  return tf.tensor(values, [...shape]);
}

type Four = tf.Tensor4D;
const explicit: [[number, number], [number, number], [number, number], [number, number]] = [
  [0, 0],
  [0, 1],
  [2, 1],
  [0, 0],
];

const convolutions: GradientCase[] = (
  [
    ['1x1', [2, 3, 5, 3], [1, 1, 3, 4], 1, 'valid', 1],
    ['1x1 stride 2', [2, 5, 4, 3], [1, 1, 3, 2], 2, 'valid', 1],
    ['3x3 same', [2, 4, 5, 3], [3, 3, 3, 2], 1, 'same', 1],
    ['3x3 valid', [2, 5, 4, 2], [3, 3, 2, 3], 1, 'valid', 1],
    ['3x3 same stride 2, odd and even', [2, 5, 6, 2], [3, 3, 2, 3], 2, 'same', 1],
    ['3x3 pad 1 stride 2, even', [2, 6, 4, 2], [3, 3, 2, 2], 2, 1, 1],
    ['3x2 explicit pad', [2, 4, 5, 2], [3, 2, 2, 3], 1, explicit, 1],
    ['3x2 explicit pad stride 2', [2, 5, 6, 2], [3, 2, 2, 2], 2, explicit, 1],
    ['2x3 stride [1, 2]', [2, 4, 7, 2], [2, 3, 2, 2], [1, 2], 'same', 1],
    ['5x5 same stride 2, larger than half', [2, 5, 4, 2], [5, 5, 2, 2], 2, 'same', 1],
    ['3x3 same dilation 2', [2, 6, 5, 2], [3, 3, 2, 2], 1, 'same', 2],
    ['3x3 stride 3 with unread edge', [2, 8, 7, 2], [2, 2, 2, 2], 3, 'valid', 1],
  ] as const
).map(([name, x, filter, strides, pad, dilation]) => ({
  name: `conv2d ${name}`,
  kernels: ['Conv2D'],
  inputs: [{ shape: x }, { shape: filter }],
  f: (a, b) =>
    tf.conv2d(a as Four, b as Four, strides as number | [number, number], pad, 'NHWC', dilation),
}));

const depthwise: GradientCase[] = (
  [
    ['3x3 same', [2, 4, 5, 3], [3, 3, 3, 1], 1, 'same', 1],
    ['3x3 same stride 2', [2, 5, 6, 3], [3, 3, 3, 1], 2, 'same', 1],
    ['3x3 pad 1 stride 2', [2, 6, 5, 3], [3, 3, 3, 1], 2, 1, 1],
    ['5x5 same', [2, 4, 6, 2], [5, 5, 2, 1], 1, 'same', 1],
    ['3x2 explicit pad', [2, 4, 5, 3], [3, 2, 3, 1], 1, explicit, 1],
    ['3x2 explicit pad stride 2', [2, 5, 4, 3], [3, 2, 3, 1], 2, explicit, 1],
    ['multiplier 2 stride 2', [2, 5, 4, 2], [3, 3, 2, 2], 2, 'same', 1],
    ['3x3 same dilation 2', [2, 6, 5, 2], [3, 3, 2, 1], 1, 'same', 2],
  ] as const
).map(([name, x, filter, strides, pad, dilation]) => ({
  name: `depthwiseConv2d ${name}`,
  kernels: ['DepthwiseConv2dNative'],
  inputs: [{ shape: x }, { shape: filter }],
  f: (a, b) => tf.depthwiseConv2d(a as Four, b as Four, strides, pad, 'NHWC', dilation),
}));

const transposed: GradientCase[] = (
  [
    ['4x4 stride 2 same', [2, 2, 3, 3], [4, 4, 2, 3], [2, 4, 6, 2], 2, 'same'],
    ['4x4 stride 2 pad 1', [2, 3, 2, 2], [4, 4, 3, 2], [2, 6, 4, 3], 2, 1],
    ['3x3 stride 2 same, odd output', [2, 3, 2, 2], [3, 3, 2, 2], [2, 5, 3, 2], 2, 'same'],
    ['2x2 stride 2 valid', [2, 3, 2, 2], [2, 2, 3, 2], [2, 6, 4, 3], 2, 'valid'],
  ] as const
).map(([name, x, filter, output, strides, pad]) => ({
  name: `conv2dTranspose ${name}`,
  kernels: ['Conv2DBackpropInput'],
  inputs: [{ shape: x }, { shape: filter }],
  f: (a, b) => tf.conv2dTranspose(a as Four, b as Four, [...output], strides, pad),
}));

const normalisation: GradientCase[] = (['none', 'relu', 'relu6'] as const).map((activation) => ({
  name: `batchNormTrain ${activation}`,
  kernels: ['BatchNormTrain'],
  inputs: [
    { shape: [2, 3, 5, 3], range: [-4, 7] },
    { shape: [3], range: [2, 4] },
    { shape: [3], range: [1.2, 2.9] },
  ],
  f: (x, gamma, beta) =>
    batchNormTrain(x, gamma as tf.Tensor1D, beta as tf.Tensor1D, { activation }).y,
}));

export const gradientCases: readonly GradientCase[] = [
  ...convolutions,
  ...depthwise,
  ...transposed,
  ...normalisation,
];
