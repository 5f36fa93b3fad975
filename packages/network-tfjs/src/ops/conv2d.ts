import { groupedConv2d } from '@pose-distill/tensor-ops';
import * as tf from '@tensorflow/tfjs-core';
import { addBias } from '../bias.js';
import type { Lowering } from '../lowering.js';
import { tfjsPadding } from '../padding.js';
import { applyActivation } from './activation.js';

/**
 * One group is a plain convolution, as many groups as channels a depthwise one, anything between is
 * tensor-ops' grouped one. Bias and activation go into the same kernel unless a gradient is recorded.
 */
export const conv2d: Lowering<'conv2d'> = ({ node, inputs, parameter, recording, activation }) => {
  const x = inputs[0] as tf.Tensor4D;
  const { strides, dilations, padding, groups, bias, channels } = node.attributes;
  const stride: [number, number] = [strides.height, strides.width];
  const pad = tfjsPadding(padding);
  // tfjs refuses strides with dilations; a filter with zeros between its taps is the same.
  const isDilated = dilations.height > 1 || dilations.width > 1;
  const isSpread = isDilated && (strides.height > 1 || strides.width > 1);
  const weight = parameter('weight') as tf.Tensor4D;
  const filter = isSpread ? spreadFilter(weight, dilations.height, dilations.width) : weight;
  const dilation: [number, number] = isSpread ? [1, 1] : [dilations.height, dilations.width];

  const isFused = !recording && (bias || activation !== undefined);
  const options = {
    x,
    strides: stride,
    // The types leave out padding per side; the operation takes it like the plain convolution.
    pad: pad as 'valid',
    dilations: dilation,
    ...(bias && { bias: parameter('bias') as tf.Tensor1D }),
    activation: activation ?? ('linear' as const),
  };
  let y: tf.Tensor;
  if (groups === 1) {
    if (isFused) return tf.fused.conv2d({ ...options, filter });
    y = tf.conv2d(x, filter, stride, pad, 'NHWC', dilation);
  } else if (groups === x.shape[3]) {
    const [height, width] = filter.shape;
    const depthwise: tf.Tensor4D = tf.reshape(filter, [height, width, groups, channels / groups]);
    // The fused depthwise kernel takes the bias by input channel, so it must not multiply channels.
    if (isFused && channels === groups)
      return tf.fused.depthwiseConv2d<tf.Tensor4D>({ ...options, filter: depthwise });
    y = tf.depthwiseConv2d(x, depthwise, stride, pad, 'NHWC', dilation);
  } else {
    y = groupedConv2d(x, filter, { groups, strides: stride, pad, dilations: dilation });
  }
  if (bias) y = addBias(y, parameter('bias'));
  return activation ? applyActivation(y, activation) : y;
};

/** Puts zeros between the taps of a filter: `[kh, kw, i, o]` to `[(kh - 1) d + 1, (kw - 1) d + 1, i, o]`. */
function spreadFilter(filter: tf.Tensor4D, vertical: number, horizontal: number): tf.Tensor4D {
  const [height, width, inner, outer] = filter.shape;
  const apart = tf.reshape(filter, [height, 1, width, 1, inner * outer]);
  const spread = tf.pad(apart, [
    [0, 0],
    [0, vertical - 1],
    [0, 0],
    [0, horizontal - 1],
    [0, 0],
  ]);
  const grid: tf.Tensor4D = tf.reshape(spread, [
    height * vertical,
    width * horizontal,
    inner,
    outer,
  ]);
  const [rows, columns] = [(height - 1) * vertical + 1, (width - 1) * horizontal + 1];
  return tf.slice(grid, [0, 0, 0, 0], [rows, columns, inner, outer]);
}
