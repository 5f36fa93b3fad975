import * as tf from '@tensorflow/tfjs-core';
import { TensorOpsError } from './errors.js';

export type Pair = number | [number, number];

/** tfjs's own padding words, a number for all four sides, or `[[0,0],[top,bottom],[left,right],[0,0]]`. */
export type Padding = 'same' | 'valid' | number | tf.backend_util.ExplicitPadding;

/** The attributes of tfjs's convolution kernels, as they arrive in a gradient or a kernel. */
export interface ConvolutionAttributes {
  readonly strides: Pair;
  readonly pad: Padding;
  /** tfjs-layers passes null for 1. @default 1 */
  readonly dilations?: Pair | null | undefined;
  /** Only `'NHWC'` is computed by the references. @default 'NHWC' */
  readonly dataFormat?: 'NHWC' | 'NCHW' | undefined;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil' | undefined;
}

/** One direction (rows or columns) of a convolution. */
export interface Axis {
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Zeros before the first input element. */
  readonly before: number;
}

export interface ConvolutionGeometry {
  readonly batch: number;
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly rows: Axis;
  readonly columns: Axis;
}

type Shape4D = [number, number, number, number];

export function convolutionGeometry(
  inputShape: readonly number[],
  filterShape: readonly number[],
  attributes: ConvolutionAttributes,
  depthwise: boolean,
): ConvolutionGeometry {
  const { strides, pad, dilations, dataFormat = 'NHWC', dimRoundingMode } = attributes;
  if (dataFormat !== 'NHWC') {
    throw new TensorOpsError(
      'UNSUPPORTED_BACKEND',
      `Expected the data format 'NHWC', got '${dataFormat}' in a composed convolution gradient. ` +
        'Transpose the input to NHWC.',
      { dataFormat },
    );
  }
  const info = tf.backend_util.computeConv2DInfo(
    inputShape as Shape4D,
    filterShape as Shape4D,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    depthwise,
  );
  return {
    batch: info.batchSize,
    inputChannels: info.inChannels,
    outputChannels: info.outChannels,
    rows: {
      input: info.inHeight,
      output: info.outHeight,
      kernel: info.filterHeight,
      stride: info.strideHeight,
      dilation: info.dilationHeight,
      before: info.padInfo.top,
    },
    columns: {
      input: info.inWidth,
      output: info.outWidth,
      kernel: info.filterWidth,
      stride: info.strideWidth,
      dilation: info.dilationWidth,
      before: info.padInfo.left,
    },
  };
}

/** Pads an NHWC tensor, with zeros unless told otherwise; a negative amount cuts instead. */
export function padOrCrop(
  x: tf.Tensor4D,
  [top, bottom]: readonly [number, number],
  [left, right]: readonly [number, number],
  value = 0,
): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const [cutTop, cutLeft] = [Math.max(0, -top), Math.max(0, -left)];
  const cutHeight = height - cutTop - Math.max(0, -bottom);
  const cutWidth = width - cutLeft - Math.max(0, -right);
  const cut =
    cutHeight === height && cutWidth === width
      ? x
      : tf.slice(x, [0, cutTop, cutLeft, 0], [batch, cutHeight, cutWidth, channels]);
  if (top <= 0 && bottom <= 0 && left <= 0 && right <= 0) return cut;
  return tf.pad(
    cut,
    [
      [0, 0],
      [Math.max(0, top), Math.max(0, bottom)],
      [Math.max(0, left), Math.max(0, right)],
      [0, 0],
    ],
    value,
  );
}

/**
 * Puts `stride - 1` zeros after each element of both directions, then pads or cuts so that a
 * stride-1 'valid' convolution with the reversed filter is the transposed convolution.
 */
export function spreadForInputGradient(
  dy: tf.Tensor4D,
  geometry: ConvolutionGeometry,
): tf.Tensor4D {
  const { rows, columns } = geometry;
  const [batch, height, width, channels] = dy.shape;
  let spread = dy;
  if (rows.stride > 1) {
    const flat = tf.reshape(spread, [batch * height, 1, width * channels]);
    const filled = tf.pad(flat, [
      [0, 0],
      [0, rows.stride - 1],
      [0, 0],
    ]);
    spread = tf.reshape(filled, [batch, height * rows.stride, width, channels]);
  }
  if (columns.stride > 1) {
    const flat = tf.reshape(spread, [batch * height * rows.stride * width, 1, channels]);
    const filled = tf.pad(flat, [
      [0, 0],
      [0, columns.stride - 1],
      [0, 0],
    ]);
    spread = tf.reshape(filled, [batch, height * rows.stride, width * columns.stride, channels]);
  }
  return padOrCrop(spread, aroundSpread(rows), aroundSpread(columns));
}

function aroundSpread(axis: Axis): [number, number] {
  const reach = (axis.kernel - 1) * axis.dilation;
  const before = reach - axis.before;
  return [before, axis.input + reach - before - axis.output * axis.stride];
}

/**
 * The input as the filter's taps see it: a function that gives, for tap (i, j), the input under
 * that tap at every output position, channels first: `[C, B * outputHeight * outputWidth]`.
 */
export function inputUnderTaps(
  x: tf.Tensor4D,
  geometry: ConvolutionGeometry,
): (i: number, j: number) => tf.Tensor2D {
  const { batch, rows, columns, inputChannels: channels } = geometry;
  const [rowPhases, columnPhases] = [phaseLength(rows), phaseLength(columns)];
  const [height, width] = [rowPhases * rows.stride, columnPhases * columns.stride];
  const padded = padOrCrop(
    x,
    [rows.before, height - rows.before - rows.input],
    [columns.before, width - columns.before - columns.input],
  );
  // One pass turns strided reads into contiguous ones: [phases * C, B, rows, columns].
  const phases = tf.reshape(
    tf.transpose(
      tf.reshape(padded, [batch, rowPhases, rows.stride, columnPhases, columns.stride, channels]),
      [2, 4, 5, 0, 1, 3],
    ),
    [rows.stride * columns.stride * channels, batch, rowPhases, columnPhases],
  );
  return (i, j) => {
    const [row, column] = [i * rows.dilation, j * columns.dilation];
    const phase = (row % rows.stride) * columns.stride + (column % columns.stride);
    const begin = [
      phase * channels,
      0,
      Math.floor(row / rows.stride),
      Math.floor(column / columns.stride),
    ];
    const size = [channels, batch, rows.output, columns.output];
    const positions = batch * rows.output * columns.output;
    return tf.reshape(tf.slice(phases, begin, size), [channels, positions]);
  };
}

function phaseLength(axis: Axis): number {
  const needed = (axis.kernel - 1) * axis.dilation + (axis.output - 1) * axis.stride + 1;
  return Math.ceil(needed / axis.stride);
}
