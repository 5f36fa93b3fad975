import * as tf from '@tensorflow/tfjs-core';
import type { ConvolutionAttributes, Pair } from '../convolution-geometry.js';
import {
  conv2dBackpropFilterReference,
  conv2dBackpropInputReference,
  depthwiseConv2dBackpropFilterReference,
  depthwiseConv2dBackpropInputReference,
} from '../convolution-reference.js';
import { hasExactKernel, hasKernel, runKernel } from '../kernels.js';
import type { ReplacedGradient } from './replaced-gradient.js';

function isOne(pair: Pair | null | undefined): boolean {
  return [pair ?? 1].flat().every((n) => n === 1);
}

/** Stock kernels of gradients know no dilation; those declared exact do. */
function canRun(kernel: string, { dilations }: ConvolutionAttributes): boolean {
  return isOne(dilations) ? hasKernel(kernel) : hasExactKernel(kernel);
}

function kernelAttributesOf(attributes: ConvolutionAttributes): object {
  const { strides, pad, dataFormat = 'NHWC', dilations, dimRoundingMode } = attributes;
  return { strides, pad, dataFormat, dilations: dilations ?? [1, 1], dimRoundingMode };
}

export function conv2dInputGradient(
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  inputShape: number[],
  attributes: ConvolutionAttributes,
): tf.Tensor {
  if (!canRun(tf.Conv2DBackpropInput, attributes)) {
    return conv2dBackpropInputReference(dy, filter, inputShape, attributes);
  }
  const kernelAttributes = { ...kernelAttributesOf(attributes), inputShape };
  return runKernel(tf.Conv2DBackpropInput, { dy, filter }, kernelAttributes)[0]!;
}

export function conv2dFilterGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  filterShape: number[],
  attributes: ConvolutionAttributes,
): tf.Tensor {
  if (!canRun(tf.Conv2DBackpropFilter, attributes)) {
    return conv2dBackpropFilterReference(x, dy, filterShape, attributes);
  }
  const kernelAttributes = { ...kernelAttributesOf(attributes), filterShape };
  return runKernel(tf.Conv2DBackpropFilter, { x, dy }, kernelAttributes)[0]!;
}

export const conv2dGradient: ReplacedGradient = {
  why: 'stock needs a kernel that wasm lacks, refuses dilation, and forgets the rounding mode',
  config: {
    kernelName: tf.Conv2D,
    inputsToSave: ['x', 'filter'],
    gradFunc: (dy, saved, attrs) => {
      const [x, filter] = saved as [tf.Tensor4D, tf.Tensor4D];
      const attributes = attrs as unknown as ConvolutionAttributes;
      return {
        x: () => conv2dInputGradient(dy as tf.Tensor4D, filter, x.shape, attributes),
        filter: () => conv2dFilterGradient(x, dy as tf.Tensor4D, filter.shape, attributes),
      };
    },
  },
};

/** conv2dTranspose runs tfjs's kernel Conv2DBackpropInput forward; this is the gradient of that. */
export const conv2dTransposeGradient: ReplacedGradient = {
  why: 'stock needs a kernel that wasm lacks',
  config: {
    kernelName: tf.Conv2DBackpropInput,
    inputsToSave: ['dy', 'filter'],
    gradFunc: (ddx, saved, attrs) => {
      const [dy, filter] = saved as [tf.Tensor4D, tf.Tensor4D];
      const attributes = attrs as unknown as ConvolutionAttributes;
      const { strides, pad, dataFormat = 'NHWC', dimRoundingMode } = attributes;
      const outer = ddx as tf.Tensor4D;
      return {
        dy: () => tf.conv2d(outer, filter, strides, pad, dataFormat, 1, dimRoundingMode),
        filter: () => conv2dFilterGradient(outer, dy, filter.shape, attributes),
      };
    },
  },
};

export function depthwiseInputGradient(
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  inputShape: number[],
  attributes: ConvolutionAttributes,
): tf.Tensor {
  if (!canRun(tf.DepthwiseConv2dNativeBackpropInput, attributes)) {
    return depthwiseConv2dBackpropInputReference(dy, filter, inputShape, attributes);
  }
  const kernelAttributes = { ...kernelAttributesOf(attributes), inputShape };
  return runKernel(tf.DepthwiseConv2dNativeBackpropInput, { dy, filter }, kernelAttributes)[0]!;
}

export function depthwiseFilterGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  filterShape: number[],
  attributes: ConvolutionAttributes,
): tf.Tensor {
  if (!canRun(tf.DepthwiseConv2dNativeBackpropFilter, attributes)) {
    return depthwiseConv2dBackpropFilterReference(x, dy, filterShape, attributes);
  }
  const kernelAttributes = { ...kernelAttributesOf(attributes), filterShape };
  return runKernel(tf.DepthwiseConv2dNativeBackpropFilter, { x, dy }, kernelAttributes)[0]!;
}

export const depthwiseConv2dGradient: ReplacedGradient = {
  why: 'stock needs two kernels that wasm lacks and refuses dilation',
  config: {
    kernelName: tf.DepthwiseConv2dNative,
    inputsToSave: ['x', 'filter'],
    gradFunc: (dy, saved, attrs) => {
      const [x, filter] = saved as [tf.Tensor4D, tf.Tensor4D];
      const attributes = attrs as unknown as ConvolutionAttributes;
      return {
        x: () => depthwiseInputGradient(dy as tf.Tensor4D, filter, x.shape, attributes),
        filter: () => depthwiseFilterGradient(x, dy as tf.Tensor4D, filter.shape, attributes),
      };
    },
  },
};
