import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import { AccelerateError } from './errors.js';

type Four = [number, number, number, number];
type Pair = number | [number, number];

/** Geometry of one convolution, NHWC. */
export interface Convolution {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly outChannels: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideY: number;
  readonly strideX: number;
  readonly dilationY: number;
  readonly dilationX: number;
  readonly padTop: number;
  readonly padLeft: number;
}

/** Reads the attributes that tfjs gives its convolution kernels. */
export function convolutionOf(
  kernel: string,
  inputShape: readonly number[],
  filterShape: readonly number[],
  attrs: Readonly<Record<string, unknown>>,
  depthwise: boolean,
): Convolution {
  const { dataFormat = 'NHWC', strides, pad, dimRoundingMode } = attrs;
  // tfjs-layers passes null.
  const dilations = attrs.dilations ?? 1;
  if (dataFormat !== 'NHWC') {
    throw new AccelerateError(
      'UNSUPPORTED_BACKEND',
      `${kernel} expected dataFormat NHWC, got ${String(dataFormat)}. Transpose to NHWC first.`,
      { dataFormat },
    );
  }
  const info = backend_util.computeConv2DInfo(
    inputShape as Four,
    filterShape as Four,
    strides as Pair,
    dilations as Pair,
    pad as Parameters<typeof backend_util.computeConv2DInfo>[4],
    dimRoundingMode as 'floor' | undefined,
    depthwise,
  );
  return {
    batch: info.batchSize,
    height: info.inHeight,
    width: info.inWidth,
    channels: info.inChannels,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    outChannels: info.outChannels,
    filterHeight: info.filterHeight,
    filterWidth: info.filterWidth,
    strideY: info.strideHeight,
    strideX: info.strideWidth,
    dilationY: info.dilationHeight,
    dilationX: info.dilationWidth,
    padTop: info.padInfo.top,
    padLeft: info.padInfo.left,
  };
}

/** Refuses a tensor that does not have the shape the geometry asks for: the kernels trust it. */
export function checkShape(
  kernel: string,
  name: string,
  tensor: TensorInfo,
  expected: readonly number[],
): void {
  if (
    tensor.shape.length === expected.length &&
    tensor.shape.every((extent, axis) => extent === expected[axis])
  ) {
    return;
  }
  throw new AccelerateError(
    'SHAPE_MISMATCH',
    `${kernel} expected ${name} of shape [${expected}], got [${tensor.shape}]. Check strides, padding and filter shape.`,
    { kernel, name, expected, got: tensor.shape },
  );
}

/** The taps of one axis that reach the output positions `start + i * stride`, in ascending source order. */
export interface AxisTaps {
  /** Which filter positions. */
  readonly taps: readonly number[];
  /** Source position of tap t for output i is `offsets[t] + i * step`. */
  readonly offsets: readonly number[];
  readonly step: number;
  /** First output position, distance to the next, and how many there are. */
  readonly start: number;
  readonly stride: number;
  readonly count: number;
}

/** Forward: every tap reaches every output. */
export function forwardTaps(
  filter: number,
  stride: number,
  dilation: number,
  pad: number,
  out: number,
): AxisTaps {
  const taps = Array.from({ length: filter }, (_, tap) => tap);
  const offsets = taps.map((tap) => tap * dilation - pad);
  return { taps, offsets, step: stride, start: 0, stride: 1, count: out };
}

/**
 * Input gradient: the input positions fall into `stride` phases, and each phase is a dense convolution of dy with the taps
 * that reach it. No zeros are stuffed between the values of dy.
 */
export function gradientTaps(
  filter: number,
  stride: number,
  dilation: number,
  pad: number,
  size: number,
): AxisTaps[] {
  const phases: AxisTaps[] = [];
  for (let start = 0; start < stride && start < size; start++) {
    const taps: number[] = [];
    for (let tap = filter - 1; tap >= 0; tap--) {
      if ((start + pad - tap * dilation) % stride === 0) taps.push(tap);
    }
    const offsets = taps.map((tap) => (start + pad - tap * dilation) / stride);
    phases.push({
      taps,
      offsets,
      step: 1,
      start,
      stride,
      count: Math.ceil((size - start) / stride),
    });
  }
  return phases;
}
