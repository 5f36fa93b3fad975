import * as tf from '@tensorflow/tfjs-core';
import {
  type ConvolutionAttributes,
  convolutionGeometry,
  inputUnderTaps,
  spreadForInputGradient,
} from './convolution-geometry.js';

type Shape4D = readonly [number, number, number, number] | readonly number[];

/**
 * Gradient of `conv2d` with respect to its input, composed from tfjs ops: the output gradient spread
 * by the stride and convolved with the reversed filter.
 *
 * @param dy `[B, outputHeight, outputWidth, Cout]`
 * @param filter `[kernelHeight, kernelWidth, Cin, Cout]`
 * @param inputShape `[B, H, W, Cin]`
 * @returns `[B, H, W, Cin]`; the caller disposes it
 */
export function conv2dBackpropInputReference(
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  inputShape: Shape4D,
  attributes: ConvolutionAttributes,
): tf.Tensor4D {
  return tf.tidy(() => {
    const geometry = convolutionGeometry(inputShape, filter.shape, attributes, false);
    const spread = spreadForInputGradient(dy, geometry);
    const reversed = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]) as tf.Tensor4D;
    const dilations: [number, number] = [geometry.rows.dilation, geometry.columns.dilation];
    return tf.conv2d(spread, reversed, 1, 'valid', 'NHWC', dilations);
  });
}

/**
 * Gradient of `conv2d` with respect to its filter, composed from tfjs ops: one matrix product per tap.
 *
 * @param x `[B, H, W, Cin]`
 * @param dy `[B, outputHeight, outputWidth, Cout]`
 * @param filterShape `[kernelHeight, kernelWidth, Cin, Cout]`
 * @returns a tensor of `filterShape`; the caller disposes it
 */
export function conv2dBackpropFilterReference(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  filterShape: Shape4D,
  attributes: ConvolutionAttributes,
): tf.Tensor4D {
  return tf.tidy(() => {
    const geometry = convolutionGeometry(x.shape, filterShape, attributes, false);
    const tap = inputUnderTaps(x, geometry);
    const columns = tf.reshape(dy, [-1, geometry.outputChannels]) as tf.Tensor2D;
    const parts: tf.Tensor2D[] = [];
    for (let i = 0; i < geometry.rows.kernel; i++) {
      for (let j = 0; j < geometry.columns.kernel; j++) {
        parts.push(tf.tidy(() => tf.matMul(tap(i, j), columns)));
      }
    }
    return tf.reshape(tf.concat(parts, 0), [...filterShape] as [number, number, number, number]);
  });
}

/**
 * Gradient of `depthwiseConv2d` with respect to its input, composed from tfjs ops.
 *
 * @param dy `[B, outputHeight, outputWidth, C * M]`
 * @param filter `[kernelHeight, kernelWidth, C, M]`, M the channel multiplier
 * @param inputShape `[B, H, W, C]`
 * @returns `[B, H, W, C]`; the caller disposes it
 */
export function depthwiseConv2dBackpropInputReference(
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  inputShape: Shape4D,
  attributes: ConvolutionAttributes,
): tf.Tensor4D {
  return tf.tidy(() => {
    const geometry = convolutionGeometry(inputShape, filter.shape, attributes, true);
    const [height, width, channels, multiplier] = filter.shape;
    const spread = spreadForInputGradient(dy, geometry);
    const reversed = tf.reshape(tf.reverse(filter, [0, 1]), [
      height,
      width,
      channels * multiplier,
      1,
    ]) as tf.Tensor4D;
    const dilations: [number, number] = [geometry.rows.dilation, geometry.columns.dilation];
    const each = tf.depthwiseConv2d(spread, reversed, 1, 'valid', 'NHWC', dilations);
    if (multiplier === 1) return each;
    return tf.sum(tf.reshape(each, [...inputShape, multiplier]), -1) as tf.Tensor4D;
  });
}

/**
 * Gradient of `depthwiseConv2d` with respect to its filter, composed from tfjs ops.
 *
 * @param x `[B, H, W, C]`
 * @param dy `[B, outputHeight, outputWidth, C * M]`
 * @param filterShape `[kernelHeight, kernelWidth, C, M]`
 * @returns a tensor of `filterShape`; the caller disposes it
 */
export function depthwiseConv2dBackpropFilterReference(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  filterShape: Shape4D,
  attributes: ConvolutionAttributes,
): tf.Tensor4D {
  return tf.tidy(() => {
    const geometry = convolutionGeometry(x.shape, filterShape, attributes, true);
    const [channels, multiplier] = [filterShape[2]!, filterShape[3]!];
    const tap = inputUnderTaps(x, geometry);
    const dyChannelsFirst = tf.reshape(
      tf.transpose(tf.reshape(dy, [-1, channels * multiplier]) as tf.Tensor2D),
      [channels, multiplier, -1],
    );
    const parts: tf.Tensor[] = [];
    for (let i = 0; i < geometry.rows.kernel; i++) {
      for (let j = 0; j < geometry.columns.kernel; j++) {
        const part = () =>
          tf.sum(tf.mul(tf.reshape(tap(i, j), [channels, 1, -1]), dyChannelsFirst), -1);
        parts.push(tf.tidy(part));
      }
    }
    return tf.reshape(tf.concat(parts, 0), [...filterShape] as [number, number, number, number]);
  });
}
