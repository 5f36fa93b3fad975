import {
  Conv2D,
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
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
import { addressOf, Pieces, sizeOf, withScratch } from './heap.js';
import type { Kernel, KernelCall } from './kernel.js';
import { winogradFilterGradient, winogradForward, winogradInputGradient } from './winograd.js';

/** Bytes of source pixels handled between two passes over the filter; about half a first-level cache. */
const CHUNK_BYTES = 24 * 1024;

/** Bytes of x and dy in one run of a 1x1 convolution's filter gradient. */
const RUN_BYTES = 32 * 1024;

const clamp = (low: number, value: number, high: number): number =>
  Math.max(low, Math.min(high, value));

/** A source image stack for `gather`. */
interface Grid {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** A 1x1 convolution without stride or padding treats all pixels of the batch as one row. */
function isPointwise(c: Convolution): boolean {
  return (
    c.filterHeight * c.filterWidth === 1 &&
    c.strideY * c.strideX === 1 &&
    c.outHeight === c.height &&
    c.outWidth === c.width
  );
}

/** Runs one dense grid: packs the filter for its taps and gathers. */
function gather(
  call: KernelCall,
  source: number,
  from: Grid,
  filter: number,
  target: number,
  to: Grid,
  y: AxisTaps,
  x: AxisTaps,
  filterWidth: number,
  transposed: boolean,
): void {
  const { native, memory } = call;
  const k = from.channels;
  const n = to.channels;
  const taps = y.taps.length * x.taps.length;
  const chunk = clamp(
    12,
    Math.floor(CHUNK_BYTES / (4 * k * Math.max(1, y.taps.length) * x.step)),
    96,
  );
  const pieces = new Pieces();
  const offsetsY = pieces.take(4 * y.taps.length);
  const offsetsX = pieces.take(4 * x.taps.length);
  const tapList = pieces.take(4 * taps);
  const zeros = pieces.take(4 * k);
  const table = pieces.take(4 * chunk * (taps + 1));
  const packed = pieces.take(4 * (taps * k + 1) * Math.ceil(n / 4) * 4);
  withScratch(call.backend, pieces.bytes, (base) => {
    const words = new Int32Array(memory.buffer, base, zeros >> 2);
    words.set(y.offsets, offsetsY >> 2);
    words.set(x.offsets, offsetsX >> 2);
    words.set(
      y.taps.flatMap((ty) => x.taps.map((tx) => ty * filterWidth + tx)),
      tapList >> 2,
    );
    new Uint8Array(memory.buffer, base + zeros, 4 * k).fill(0);
    if (transposed) native.packTransposed(filter, base + packed, taps, base + tapList, k, n);
    else native.packForward(filter, base + packed, taps, base + tapList, k, n, 0);
    const pixel = 4 * k;
    const row = pixel * from.width;
    const targetPixel = 4 * n;
    const targetRow = targetPixel * to.width;
    native.convGather(
      ...[source, from.height, from.width, pixel, k, from.batch, row * from.height, row],
      ...[target + y.start * targetRow + x.start * targetPixel, targetRow * to.height],
      ...[targetRow * y.stride, targetPixel * x.stride, y.count, x.count],
      ...[y.taps.length, base + offsetsY, y.step, x.taps.length, base + offsetsX, x.step],
      ...[base + packed, n, base + zeros, base + table, chunk],
    );
  });
}

/** A single row of all pixels. */
const flat = ({ batch, height, width, channels }: Grid): Grid => ({
  batch: 1,
  height: 1,
  width: batch * height * width,
  channels,
});

/** tfjs's Conv2D: x [B,H,W,C], filter [kh,kw,C,N] to [B,h,w,N]. */
export const conv2d: Kernel = {
  name: Conv2D,
  run: (call): TensorInfo | TensorInfo[] => {
    const { backend } = call;
    const { x, filter } = call.inputs as { x: TensorInfo; filter: TensorInfo };
    const c = convolutionOf(Conv2D, x.shape, filter.shape, call.attrs, false);
    addressOf(backend, x, 'x');
    // Over few channels (an image's three) the runs are too short here, and XNNPACK's im2col is faster.
    if (c.channels <= 4 && c.filterWidth > 1 && call.previous) {
      // That kernel does not look whether there is room for its result.
      const result = call.output([c.batch, c.outHeight, c.outWidth, c.outChannels]);
      backend.disposeData(result.dataId, true);
      return call.previous(call);
    }
    checkShape(Conv2D, 'filter', filter, [
      c.filterHeight,
      c.filterWidth,
      c.channels,
      c.outChannels,
    ]);
    const result = call.output([c.batch, c.outHeight, c.outWidth, c.outChannels]);
    if (sizeOf(result.shape) === 0) return result;
    const xAddress = addressOf(backend, x, 'x');
    const filterAddress = addressOf(backend, filter, 'filter');
    const address = addressOf(backend, result, 'output');
    if (winogradForward(call, c, xAddress, filterAddress, address)) return result;
    const from: Grid = { batch: c.batch, height: c.height, width: c.width, channels: c.channels };
    const to: Grid = {
      batch: c.batch,
      height: c.outHeight,
      width: c.outWidth,
      channels: c.outChannels,
    };
    const rows = isPointwise(c);
    const target = rows ? flat(to) : to;
    gather(
      call,
      xAddress,
      rows ? flat(from) : from,
      filterAddress,
      address,
      target,
      forwardTaps(c.filterHeight, c.strideY, c.dilationY, c.padTop, target.height),
      forwardTaps(c.filterWidth, c.strideX, c.dilationX, c.padLeft, target.width),
      c.filterWidth,
      false,
    );
    return result;
  },
};

/** tfjs's Conv2DBackpropInput, which is also the forward pass of conv2dTranspose. */
export const conv2dBackpropInput: Kernel = {
  name: Conv2DBackpropInput,
  run: (call): TensorInfo => {
    const { backend } = call;
    const { dy, filter } = call.inputs as { dy: TensorInfo; filter: TensorInfo };
    const inputShape = call.attrs.inputShape as readonly number[];
    const c = convolutionOf(Conv2DBackpropInput, inputShape, filter.shape, call.attrs, false);
    checkShape(Conv2DBackpropInput, 'dy', dy, [c.batch, c.outHeight, c.outWidth, c.outChannels]);
    checkShape(Conv2DBackpropInput, 'filter', filter, [
      c.filterHeight,
      c.filterWidth,
      c.channels,
      c.outChannels,
    ]);
    const result = call.output([c.batch, c.height, c.width, c.channels]);
    if (sizeOf(result.shape) === 0) return result;
    const dyAddress = addressOf(backend, dy, 'dy');
    const filterAddress = addressOf(backend, filter, 'filter');
    const address = addressOf(backend, result, 'output');
    if (winogradInputGradient(call, c, dyAddress, filterAddress, address)) return result;
    const from: Grid = {
      batch: c.batch,
      height: c.outHeight,
      width: c.outWidth,
      channels: c.outChannels,
    };
    const to: Grid = { batch: c.batch, height: c.height, width: c.width, channels: c.channels };
    const rows = isPointwise(c);
    const target = rows ? flat(to) : to;
    for (const y of gradientTaps(c.filterHeight, c.strideY, c.dilationY, c.padTop, target.height)) {
      for (const x of gradientTaps(
        c.filterWidth,
        c.strideX,
        c.dilationX,
        c.padLeft,
        target.width,
      )) {
        const source = rows ? flat(from) : from;
        gather(call, dyAddress, source, filterAddress, address, target, y, x, c.filterWidth, true);
      }
    }
    return result;
  },
};

/** tfjs's Conv2DBackpropFilter: x [B,H,W,C], dy [B,h,w,N] to [kh,kw,C,N]. */
export const conv2dBackpropFilter: Kernel = {
  name: Conv2DBackpropFilter,
  run: (call): TensorInfo => {
    const { backend, native, memory } = call;
    const { x, dy } = call.inputs as { x: TensorInfo; dy: TensorInfo };
    const filterShape = call.attrs.filterShape as readonly number[];
    const c = convolutionOf(Conv2DBackpropFilter, x.shape, filterShape, call.attrs, false);
    checkShape(Conv2DBackpropFilter, 'dy', dy, [c.batch, c.outHeight, c.outWidth, c.outChannels]);
    const result = call.output(filterShape);
    if (sizeOf(result.shape) === 0) return result;
    const xAddress = addressOf(backend, x, 'x');
    const dyAddress = addressOf(backend, dy, 'dy');
    const address = addressOf(backend, result, 'output');
    if (winogradFilterGradient(call, c, xAddress, dyAddress, address)) return result;
    const rows = isPointwise(c);
    const batch = rows ? 1 : c.batch;
    const height = rows ? 1 : c.height;
    const width = rows ? c.batch * c.height * c.width : c.width;
    const outHeight = rows ? 1 : c.outHeight;
    const outWidth = rows ? width : c.outWidth;
    const pixel = 4 * c.channels;
    const touched = pixel * c.strideX * c.strideY + 4 * c.outChannels;
    const chunk = rows ? clamp(48, Math.floor(RUN_BYTES / touched), 96) : Math.max(1, outWidth);
    const block = clamp(1, Math.floor(CHUNK_BYTES / (touched * outWidth)), 8);
    const taps = c.filterHeight * c.filterWidth;
    const bytes = 4 * taps * native.tapFloats(c.channels, c.outChannels);
    withScratch(backend, bytes + 8, (acc) => {
      new Uint8Array(memory.buffer, acc, bytes + 8).fill(0);
      native.convFilterGradient(
        ...[xAddress, pixel, pixel * width, pixel * width * height],
        ...[height, width, c.channels],
        ...[dyAddress, batch, outHeight, outWidth, c.outChannels, acc],
        ...[c.filterHeight, c.filterWidth, c.strideY, c.strideX, c.padTop, c.padLeft],
        ...[c.dilationY, c.dilationX, block, chunk, acc + bytes],
      );
      native.unpackFilter(acc, address, taps, c.channels, c.outChannels);
    });
    return result;
  },
};
