import {
  DepthwiseConv2dNative,
  DepthwiseConv2dNativeBackpropFilter,
  DepthwiseConv2dNativeBackpropInput,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import {
  type AxisTaps,
  type Convolution,
  checkShape,
  convolutionOf,
  forwardTaps,
  gradientTaps,
} from './convolution.js';
import { multiplierFilterGradient, multiplierInputGradient } from './depthwise-multiplier.js';
import { addressOf, Pieces, sizeOf, withScratch } from './heap.js';
import type { Kernel, KernelCall } from './kernel.js';

/** Height and width. */
interface Size {
  readonly height: number;
  readonly width: number;
}

/** Runs one dense grid with the filter's taps in the order of the lists. */
function gather(
  call: KernelCall,
  c: Convolution,
  source: number,
  from: Size,
  filter: number,
  target: number,
  to: Size,
  y: AxisTaps,
  x: AxisTaps,
): void {
  const { native, memory } = call;
  const { channels } = c;
  const taps = y.taps.length * x.taps.length;
  const pieces = new Pieces();
  const offsetsY = pieces.take(4 * y.taps.length);
  const offsetsX = pieces.take(4 * x.taps.length);
  const pointers = pieces.take(8 * taps + 8);
  const weights = pieces.take(4 * taps * channels);
  withScratch(call.backend, pieces.bytes, (base) => {
    const words = new Int32Array(memory.buffer, base, pieces.bytes >> 2);
    words.set(y.offsets, offsetsY >> 2);
    words.set(x.offsets, offsetsX >> 2);
    const all = new Int32Array(memory.buffer, filter, c.filterHeight * c.filterWidth * channels);
    y.taps.forEach((ty, i) => {
      x.taps.forEach((tx, j) => {
        const tap = (ty * c.filterWidth + tx) * channels;
        const to = (weights >> 2) + (i * x.taps.length + j) * channels;
        words.set(all.subarray(tap, tap + channels), to);
      });
    });
    const pixel = 4 * channels;
    const row = pixel * to.width;
    native.depthwiseGather(
      ...[source, from.height, from.width, channels, c.batch],
      ...[target + y.start * row + x.start * pixel, row * to.height, row * y.stride],
      ...[pixel * x.stride, y.count, x.count, y.taps.length, base + offsetsY, y.step],
      ...[x.taps.length, base + offsetsX, x.step, base + weights, base + pointers],
    );
  });
}

/** tfjs's DepthwiseConv2dNative with one output per channel; others go to the kernel that was there. */
export const depthwiseConv2d: Kernel = {
  name: DepthwiseConv2dNative,
  run: (call): TensorInfo | TensorInfo[] => {
    const { backend } = call;
    const { x, filter } = call.inputs as { x: TensorInfo; filter: TensorInfo };
    if (filter.shape[3] !== 1 && call.previous !== undefined) return call.previous(call);
    const c = convolutionOf(DepthwiseConv2dNative, x.shape, filter.shape, call.attrs, true);
    checkShape(DepthwiseConv2dNative, 'filter', filter, [
      c.filterHeight,
      c.filterWidth,
      c.channels,
      1,
    ]);
    const result = call.output([c.batch, c.outHeight, c.outWidth, c.channels]);
    if (sizeOf(result.shape) === 0) return result;
    gather(
      call,
      c,
      addressOf(backend, x, 'x'),
      c,
      addressOf(backend, filter, 'filter'),
      addressOf(backend, result, 'output'),
      { height: c.outHeight, width: c.outWidth },
      forwardTaps(c.filterHeight, c.strideY, c.dilationY, c.padTop, c.outHeight),
      forwardTaps(c.filterWidth, c.strideX, c.dilationX, c.padLeft, c.outWidth),
    );
    return result;
  },
};

/** A 3x3 convolution of stride 2, which has an input gradient of its own. */
function isHalving(c: Convolution): boolean {
  const { filterHeight, filterWidth, strideY, strideX, dilationY, dilationX, channels } = c;
  const fits = filterHeight === 3 && filterWidth === 3 && strideY === 2 && strideX === 2;
  return fits && dilationY === 1 && dilationX === 1 && channels >= 4;
}

/** tfjs's DepthwiseConv2dNativeBackpropInput. */
export const depthwiseBackpropInput: Kernel = {
  name: DepthwiseConv2dNativeBackpropInput,
  run: (call): TensorInfo => {
    const { backend } = call;
    const { dy, filter } = call.inputs as { dy: TensorInfo; filter: TensorInfo };
    const name = DepthwiseConv2dNativeBackpropInput;
    const inputShape = call.attrs.inputShape as readonly number[];
    const c = convolutionOf(name, inputShape, filter.shape, call.attrs, true);
    checkShape(name, 'dy', dy, [c.batch, c.outHeight, c.outWidth, c.outChannels]);
    const filterShape = [c.filterHeight, c.filterWidth, c.channels, c.outChannels / c.channels];
    checkShape(name, 'filter', filter, filterShape);
    const result = call.output([c.batch, c.height, c.width, c.channels]);
    if (sizeOf(result.shape) === 0) return result;
    const dyAddress = addressOf(backend, dy, 'dy');
    const filterAddress = addressOf(backend, filter, 'filter');
    const address = addressOf(backend, result, 'output');
    if (c.outChannels !== c.channels) {
      multiplierInputGradient(call.memory, c, dyAddress, filterAddress, address);
      return result;
    }
    if (isHalving(c)) {
      withScratch(backend, 8, (sink) =>
        call.native.depthwiseSpread(
          ...[dyAddress, c.outHeight, c.outWidth, c.channels, c.batch, address, c.height, c.width],
          ...[filterAddress, c.padTop, c.padLeft, sink],
        ),
      );
      return result;
    }
    const from: Size = { height: c.outHeight, width: c.outWidth };
    for (const y of gradientTaps(c.filterHeight, c.strideY, c.dilationY, c.padTop, c.height)) {
      for (const x of gradientTaps(c.filterWidth, c.strideX, c.dilationX, c.padLeft, c.width)) {
        gather(call, c, dyAddress, from, filterAddress, address, c, y, x);
      }
    }
    return result;
  },
};

/** tfjs's DepthwiseConv2dNativeBackpropFilter. */
export const depthwiseBackpropFilter: Kernel = {
  name: DepthwiseConv2dNativeBackpropFilter,
  run: (call): TensorInfo => {
    const { backend, native } = call;
    const { x, dy } = call.inputs as { x: TensorInfo; dy: TensorInfo };
    const name = DepthwiseConv2dNativeBackpropFilter;
    const filterShape = call.attrs.filterShape as readonly number[];
    const c = convolutionOf(name, x.shape, filterShape, call.attrs, true);
    checkShape(name, 'dy', dy, [c.batch, c.outHeight, c.outWidth, c.outChannels]);
    const result = call.output(filterShape);
    if (sizeOf(result.shape) === 0) return result;
    const xAddress = addressOf(backend, x, 'x');
    const dyAddress = addressOf(backend, dy, 'dy');
    const address = addressOf(backend, result, 'output');
    if (c.outChannels !== c.channels) {
      multiplierFilterGradient(call.memory, c, xAddress, dyAddress, address);
      return result;
    }
    const bytes = 16 * c.filterHeight * c.filterWidth * Math.ceil(c.channels / 4);
    withScratch(backend, bytes + 8, (acc) =>
      native.depthwiseFilterGradient(
        ...[xAddress, dyAddress, address, c.batch, c.height, c.width, c.channels],
        ...[c.outHeight, c.outWidth, c.filterHeight, c.filterWidth, c.strideY, c.strideX],
        ...[c.padTop, c.padLeft, c.dilationY, c.dilationX, acc, acc + bytes],
      ),
    );
    return result;
  },
};
