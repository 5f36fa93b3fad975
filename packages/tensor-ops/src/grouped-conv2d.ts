import * as tf from '@tensorflow/tfjs-core';
import type { Padding, Pair } from './convolution-geometry.js';
import { TensorOpsError } from './errors.js';
import {
  conv2dFilterGradient,
  conv2dInputGradient,
  depthwiseFilterGradient,
  depthwiseInputGradient,
} from './gradients/convolution.js';
import {
  GROUPED_CONV2D,
  GROUPED_CONV2D_BACKPROP_FILTER,
  GROUPED_CONV2D_BACKPROP_INPUT,
  hasKernel,
  runKernel,
} from './kernels.js';

export interface GroupedConv2dOptions {
  /** How many groups of channels; divides the channels of input and output. @default 1 */
  readonly groups?: number;
  /** One number, or rows and columns. @default 1 */
  readonly strides?: Pair;
  /** As tfjs takes it. @default 'same' */
  readonly pad?: Padding;
  /** One number, or rows and columns; above 1 only with strides of 1. @default 1 */
  readonly dilations?: Pair;
}

interface Attributes {
  readonly groups: number;
  readonly strides: [number, number];
  readonly pad: Padding;
  readonly dilations: [number, number];
}

/**
 * 2-D convolution in groups: each group of input channels makes its own group of output channels.
 *
 * One group is `tf.conv2d`, as many groups as channels a depthwise convolution. The gradient goes to
 * both arguments, first order, with its own gradient, so `installGradients` is not needed. Runs the
 * kernels `GroupedConv2D`, `GroupedConv2DBackpropInput` and `GroupedConv2DBackpropFilter` of the current
 * backend where it has them, and one plain convolution per group otherwise. The caller disposes the
 * result.
 *
 * @param x `[B, H, W, Cin]`
 * @param filter `[kernelHeight, kernelWidth, Cin / groups, Cout]`; output channel `o` belongs to group
 * `floor(o / (Cout / groups))`, as in PyTorch and TensorFlow
 * @returns `[B, outputHeight, outputWidth, Cout]`
 * @throws TensorOpsError SHAPE_MISMATCH, OUT_OF_RANGE
 * @example
 * groupedConv2d(x, filter, { groups: 8, strides: 2 }); // x [B, 32, 24, 64], filter [3, 3, 8, 128]
 */
export function groupedConv2d(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  options: GroupedConv2dOptions = {},
): tf.Tensor4D {
  const { groups = 1, strides = 1, pad = 'same', dilations = 1 } = options;
  const attributes: Attributes = {
    groups,
    strides: pair(strides),
    pad,
    dilations: pair(dilations),
  };
  check(x, filter, attributes);
  const convolve = tf.customGrad((...args) => {
    const [input, weights, save] = args as unknown as [tf.Tensor4D, tf.Tensor4D, tf.GradSaveFunc];
    save([input, weights]);
    // Both gradients at once: tfjs would run lazy ones each in a tidy of its own.
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [at, by] = saved as [tf.Tensor4D, tf.Tensor4D];
      const upstream = dy as tf.Tensor4D;
      return tf.tidy(() => [
        inputGradient(upstream, by, at.shape, attributes),
        filterGradient(at, upstream, by.shape, attributes),
      ]);
    };
    return { value: forward(input, weights, attributes), gradFunc };
  });
  return convolve(x, filter) as tf.Tensor4D;
}

const CHANNELS = 3;

const split = (t: tf.Tensor4D, groups: number): tf.Tensor4D[] =>
  tf.split(t, groups, CHANNELS) as tf.Tensor4D[];

function forward(x: tf.Tensor4D, filter: tf.Tensor4D, attributes: Attributes): tf.Tensor4D {
  const { groups, strides, pad, dilations } = attributes;
  if (groups === 1) return tf.conv2d(x, filter, strides, pad, 'NHWC', dilations);
  if (groups === x.shape[CHANNELS]) {
    const depthwise: tf.Tensor4D = tf.reshape(filter, depthwiseShape(filter.shape, groups));
    return tf.depthwiseConv2d(x, depthwise, strides, pad, 'NHWC', dilations);
  }
  if (hasKernel(GROUPED_CONV2D)) {
    return runKernel(GROUPED_CONV2D, { x, filter }, attributes)[0] as tf.Tensor4D;
  }
  const filters = split(filter, groups);
  const parts = split(x, groups).map((part, i) =>
    tf.conv2d(part, filters[i]!, strides, pad, 'NHWC', dilations),
  );
  return tf.concat(parts, CHANNELS);
}

function inputGradient(
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  inputShape: number[],
  attributes: Attributes,
): tf.Tensor {
  const { groups } = attributes;
  if (groups === 1) return conv2dInputGradient(dy, filter, inputShape, attributes);
  if (groups === inputShape[CHANNELS]) {
    const depthwise: tf.Tensor4D = tf.reshape(filter, depthwiseShape(filter.shape, groups));
    return depthwiseInputGradient(dy, depthwise, inputShape, attributes);
  }
  if (hasKernel(GROUPED_CONV2D_BACKPROP_INPUT)) {
    const kernelAttributes = { ...attributes, inputShape };
    return runKernel(GROUPED_CONV2D_BACKPROP_INPUT, { dy, filter }, kernelAttributes)[0]!;
  }
  const shape = [...inputShape.slice(0, CHANNELS), inputShape[CHANNELS]! / groups];
  const filters = split(filter, groups);
  const parts = split(dy, groups).map((part, i) =>
    conv2dInputGradient(part, filters[i]!, shape, attributes),
  );
  return tf.concat(parts, CHANNELS);
}

function filterGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  filterShape: number[],
  attributes: Attributes,
): tf.Tensor {
  const { groups } = attributes;
  if (groups === 1) return conv2dFilterGradient(x, dy, filterShape, attributes);
  if (groups === x.shape[CHANNELS]) {
    const shape = depthwiseShape(filterShape, groups);
    return tf.reshape(depthwiseFilterGradient(x, dy, shape, attributes), filterShape);
  }
  if (hasKernel(GROUPED_CONV2D_BACKPROP_FILTER)) {
    const kernelAttributes = { ...attributes, filterShape };
    return runKernel(GROUPED_CONV2D_BACKPROP_FILTER, { x, dy }, kernelAttributes)[0]!;
  }
  const shape = [...filterShape.slice(0, CHANNELS), filterShape[CHANNELS]! / groups];
  const upstream = split(dy, groups);
  const parts = split(x, groups).map((part, i) =>
    conv2dFilterGradient(part, upstream[i]!, shape, attributes),
  );
  return tf.concat(parts, CHANNELS);
}

/** `[kh, kw, 1, C * M]` as the depthwise ops want it: `[kh, kw, C, M]`. */
function depthwiseShape(
  [height, width, , outer]: readonly number[],
  channels: number,
): [number, number, number, number] {
  return [height!, width!, channels, outer! / channels];
}

function pair(value: Pair): [number, number] {
  return typeof value === 'number' ? [value, value] : value;
}

function check(x: tf.Tensor, filter: tf.Tensor, attributes: Attributes): void {
  const { groups, strides, dilations } = attributes;
  const whole = (n: number): boolean => Number.isInteger(n) && n >= 1;
  if (
    ![groups, ...strides, ...dilations].every(whole) ||
    (Math.max(...strides) > 1 && Math.max(...dilations) > 1)
  ) {
    throw new TensorOpsError(
      'OUT_OF_RANGE',
      `groupedConv2d expected groups, strides and dilations that are whole numbers of 1 and more, and strides or dilations of 1; ` +
        `got groups ${groups}, strides [${strides}], dilations [${dilations}].`,
      { groups, strides, dilations },
    );
  }
  const fits =
    x.shape.length === 4 &&
    filter.shape.length === 4 &&
    x.shape[CHANNELS] === filter.shape[2]! * groups &&
    filter.shape[CHANNELS]! % groups === 0;
  if (!fits) {
    throw new TensorOpsError(
      'SHAPE_MISMATCH',
      `groupedConv2d expected x [B, H, W, Cin] and filter [kh, kw, Cin / groups, Cout] with Cout divisible by groups; ` +
        `got x [${x.shape}], filter [${filter.shape}], groups ${groups}.`,
      { x: x.shape, filter: filter.shape, groups },
    );
  }
}
