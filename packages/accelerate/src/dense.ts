import { type AxisTaps, type Convolution, forwardTaps, gradientTaps } from './convolution.js';
import { Pieces, withScratch } from './heap.js';
import type { KernelCall } from './kernel.js';
import { winogradFilterGradient, winogradForward, winogradInputGradient } from './winograd.js';

/** Bytes of source pixels handled between two passes over the filter; about half a first-level cache. */
const CHUNK_BYTES = 24 * 1024;

/** Bytes of x and dy in one run of a 1x1 convolution's filter gradient. */
const RUN_BYTES = 32 * 1024;

const clamp = (low: number, value: number, high: number): number =>
  Math.max(low, Math.min(high, value));

/** A stack of images on the heap, or some channels of one: `channels` of the `pixel` floats of each pixel. */
export interface Stack {
  readonly address: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly pixel: number;
}

/** A filter `[taps][k][n]`, or some columns of one: rows lie `row` floats apart. */
export interface Filter {
  readonly address: number;
  readonly row: number;
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
  batch: number,
  from: Stack,
  filter: Filter,
  to: Stack,
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
    if (transposed)
      native.packTransposed(
        filter.address,
        4 * filter.row,
        base + packed,
        taps,
        base + tapList,
        k,
        n,
      );
    else
      native.packForward(
        filter.address,
        4 * filter.row,
        base + packed,
        taps,
        base + tapList,
        k,
        n,
        0,
      );
    const pixel = 4 * from.pixel;
    const row = pixel * from.width;
    const targetPixel = 4 * to.pixel;
    const targetRow = targetPixel * to.width;
    native.convGather(
      ...[from.address, from.height, from.width, pixel, k, batch, row * from.height, row],
      ...[to.address + y.start * targetRow + x.start * targetPixel, targetRow * to.height],
      ...[targetRow * y.stride, targetPixel * x.stride, y.count, x.count],
      ...[y.taps.length, base + offsetsY, y.step, x.taps.length, base + offsetsX, x.step],
      ...[base + packed, n, base + zeros, base + table, chunk],
    );
  });
}

/** A single row of all pixels. */
const flat = (batch: number, stack: Stack): Stack => ({
  ...stack,
  height: 1,
  width: batch * stack.height * stack.width,
});

/** Largest copy of an image for `gatherRows`. */
const IMAGE_BYTES = 4 * 2 ** 20;

/** Columns of an image with room for every tap of a row. */
const paddedWidth = (c: Convolution): number => (c.outWidth - 1) * c.strideX + c.filterWidth;

/** So few channels (an image's three) that a tap is a short run, while a row of taps is one longer run. */
function hasShortRuns(c: Convolution, x: Stack): boolean {
  return (
    c.channels <= 4 &&
    c.filterWidth > 1 &&
    c.dilationX === 1 &&
    x.pixel === c.channels &&
    4 * x.pixel * x.height * paddedWidth(c) <= IMAGE_BYTES
  );
}

/** Takes a row of taps as one: image by image, copied with room on both sides. */
function gatherRows(call: KernelCall, c: Convolution, x: Stack, filter: Filter, y: Stack): void {
  const { native, memory } = call;
  const pixel = 4 * x.pixel;
  const width = paddedWidth(c);
  const columns = Math.min(x.width, width - c.padLeft);
  const vertical = forwardTaps(c.filterHeight, c.strideY, c.dilationY, c.padTop, y.height);
  const horizontal = forwardTaps(1, c.strideX, 1, 0, y.width);
  const bytes = pixel * width * x.height;
  withScratch(call.backend, bytes, (address) => {
    new Uint8Array(memory.buffer, address, bytes).fill(0);
    const from = { ...x, address, width, channels: c.filterWidth * c.channels };
    for (let image = 0; image < c.batch; image++) {
      native.copyBlocks(
        ...[x.address + image * pixel * x.width * x.height, address + pixel * c.padLeft],
        ...[x.height, pixel * Math.max(0, columns), pixel * x.width, pixel * width],
      );
      const to = { ...y, address: y.address + 4 * image * y.pixel * y.width * y.height };
      gather(call, 1, from, filter, to, vertical, horizontal, 1, false);
    }
  });
}

/** `y = x * filter`. */
export function denseForward(
  call: KernelCall,
  c: Convolution,
  x: Stack,
  filter: Filter,
  y: Stack,
): void {
  if (winogradForward(call, c, x, filter, y)) return;
  if (hasShortRuns(c, x)) {
    gatherRows(call, c, x, filter, y);
    return;
  }
  const rows = isPointwise(c);
  const from = rows ? flat(c.batch, x) : x;
  const to = rows ? flat(c.batch, y) : y;
  const vertical = forwardTaps(c.filterHeight, c.strideY, c.dilationY, c.padTop, to.height);
  const horizontal = forwardTaps(c.filterWidth, c.strideX, c.dilationX, c.padLeft, to.width);
  gather(call, rows ? 1 : c.batch, from, filter, to, vertical, horizontal, c.filterWidth, false);
}

/** The gradient of `denseForward` with respect to x. */
export function denseInputGradient(
  call: KernelCall,
  c: Convolution,
  dy: Stack,
  filter: Filter,
  dx: Stack,
): void {
  if (winogradInputGradient(call, c, dy, filter, dx)) return;
  const rows = isPointwise(c);
  const batch = rows ? 1 : c.batch;
  const from = rows ? flat(c.batch, dy) : dy;
  const to = rows ? flat(c.batch, dx) : dx;
  for (const y of gradientTaps(c.filterHeight, c.strideY, c.dilationY, c.padTop, to.height)) {
    for (const x of gradientTaps(c.filterWidth, c.strideX, c.dilationX, c.padLeft, to.width)) {
      gather(call, batch, from, filter, to, y, x, c.filterWidth, true);
    }
  }
}

/** The gradient of `denseForward` with respect to the filter. */
export function denseFilterGradient(
  call: KernelCall,
  c: Convolution,
  x: Stack,
  dy: Stack,
  filter: Filter,
): void {
  if (winogradFilterGradient(call, c, x, dy, filter)) return;
  const { native, memory } = call;
  const rows = isPointwise(c);
  const from = rows ? flat(c.batch, x) : x;
  const to = rows ? flat(c.batch, dy) : dy;
  const pixel = 4 * x.pixel;
  // Lines of the cache come whole.
  const touched = pixel * c.strideX * c.strideY + 4 * dy.pixel;
  const chunk = rows ? clamp(48, Math.floor(RUN_BYTES / touched), 96) : Math.max(1, to.width);
  const block = clamp(1, Math.floor(CHUNK_BYTES / (touched * to.width)), 8);
  const taps = c.filterHeight * c.filterWidth;
  const bytes = 4 * taps * native.tapFloats(c.channels, c.outChannels);
  withScratch(call.backend, bytes + 8, (acc) => {
    new Uint8Array(memory.buffer, acc, bytes + 8).fill(0);
    native.convFilterGradient(
      ...[from.address, pixel, pixel * from.width, pixel * from.width * from.height],
      ...[from.height, from.width, c.channels, to.address, 4 * dy.pixel, rows ? 1 : c.batch],
      ...[to.height, to.width, c.outChannels, acc],
      ...[c.filterHeight, c.filterWidth, c.strideY, c.strideX, c.padTop, c.padLeft],
      ...[c.dilationY, c.dilationX, block, chunk, acc + bytes],
    );
    native.unpackFilter(acc, filter.address, 4 * filter.row, taps, c.channels, c.outChannels);
  });
}
