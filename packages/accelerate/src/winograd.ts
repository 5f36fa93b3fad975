import type { Convolution } from './convolution.js';
import type { Filter, Stack } from './dense.js';
import { Pieces, withScratch } from './heap.js';
import type { KernelCall } from './kernel.js';
import {
  type AxisTiles,
  backwardTiles,
  type Direction,
  forwardTiles,
  isFaster,
  type Scheme,
  schemeOf,
} from './winograd-plan.js';

/** Bytes of the transformed filter (or the sums of its gradient) held at a time: wider filters are done in parts. */
const FILTER_BYTES = 8 * 2 ** 20;

/** Bytes of transformed tiles held at a time. */
const TILE_BYTES = 1.5 * 2 ** 20;

/** A convolution cut into tiles. */
interface Plan {
  readonly scheme: Scheme;
  readonly y: AxisTiles;
  readonly x: AxisTiles;
  /** Of all images. */
  readonly tiles: number;
}

/** The convolution cut into tiles, where Winograd's algorithm applies and pays. */
function planOf(call: KernelCall, c: Convolution, direction: Direction): Plan | undefined {
  const scheme = call.winograd === 'never' ? undefined : schemeOf(c);
  if (scheme === undefined) return undefined;
  const axis = (dilation: number, pad: number, size: number, outSize: number): AxisTiles =>
    direction === 'input gradient'
      ? backwardTiles(scheme, dilation, pad, outSize, size)
      : forwardTiles(scheme, dilation, pad, size, outSize);
  const y = axis(c.dilationY, c.padTop, c.height, c.outHeight);
  const x = axis(c.dilationX, c.padLeft, c.width, c.outWidth);
  const tiles = c.batch * y.tiles * x.tiles;
  const pays = call.winograd === 'always' || isFaster(direction, c, scheme, tiles);
  return pays ? { scheme, y, x, tiles } : undefined;
}

/** The convolution by Winograd's algorithm; `false`, and nothing done, where it does not apply or does not pay. */
export function winogradForward(
  call: KernelCall,
  c: Convolution,
  x: Stack,
  filter: Filter,
  y: Stack,
): boolean {
  const plan = planOf(call, c, 'forward');
  if (plan === undefined) return false;
  convolve(call, plan, x, filter, y, false);
  return true;
}

/** As `winogradForward` for the input gradient. */
export function winogradInputGradient(
  call: KernelCall,
  c: Convolution,
  dy: Stack,
  filter: Filter,
  dx: Stack,
): boolean {
  const plan = planOf(call, c, 'input gradient');
  if (plan === undefined) return false;
  convolve(call, plan, dy, filter, dx, true);
  return true;
}

/** Columns of a filter done at a time, and tiles. */
function blocks(planes: number, k: number, n: number, tiles: number): [number, number] {
  const columns = Math.min(
    n,
    Math.max(8, Math.floor(FILTER_BYTES / (4 * planes * (k + 1)) / 8) * 8),
  );
  const most = Math.max(8, Math.floor(TILE_BYTES / (4 * planes * (k + columns))));
  const parts = Math.ceil(tiles / most);
  return [columns, Math.min(tiles, 4 * Math.ceil(tiles / parts / 4))];
}

/** Bytes from one plane to the next: planes a power of two apart would all fall into the same lines of the cache. */
const planeBytes = (bytes: number): number => (Math.ceil(bytes / 4096) * 4096 + 192) | 0;

/** Bytes from one image, row and pixel to the next. */
const stepsOf = ({ height, width, pixel }: Stack): [number, number, number] => [
  4 * pixel * width * height,
  4 * pixel * width,
  4 * pixel,
];

/** Scratch that every walk needs. */
interface Tables {
  readonly inputsY: number;
  readonly inputsX: number;
  readonly outputsY: number;
  readonly outputsX: number;
  /** Zeros to read for pixels outside. */
  readonly zeros: number;
  readonly work: number;
  write(call: KernelCall, base: number): void;
}

function tablesOf(call: KernelCall, pieces: Pieces, { y, x }: Plan, channels: number): Tables {
  const lists = [y.inputs, x.inputs, y.outputs, x.outputs];
  const places = lists.map((list) => pieces.take(list.byteLength));
  const zeros = pieces.take(4 * channels);
  const work = pieces.take(call.native.winogradWorkBytes());
  const [inputsY, inputsX, outputsY, outputsX] = places as [number, number, number, number];
  return {
    ...{ inputsY, inputsX, outputsY, outputsX, zeros, work },
    write: ({ memory, native }, base) => {
      lists.forEach((list, i) => {
        new Int32Array(memory.buffer, base + places[i]!, list.length).set(list);
      });
      new Uint8Array(memory.buffer, base + zeros, 4 * channels).fill(0);
      native.winogradBegin(base + work);
    },
  };
}

/** Forward, or backwards with the filter turned around. */
function convolve(
  call: KernelCall,
  plan: Plan,
  from: Stack,
  filter: Filter,
  to: Stack,
  isBackward: boolean,
): void {
  const { native } = call;
  const { scheme, y, x, tiles } = plan;
  const { transforms, taps } = scheme;
  const planes = scheme.products ** 2;
  const k = from.channels;
  const n = to.channels;
  const [columns, block] = blocks(planes, k, n, tiles);
  const packedBytes = planeBytes(4 * (k + 1) * columns);
  const tileBytes = planeBytes(4 * k * block);
  const productBytes = planeBytes(4 * columns * block);
  const pieces = new Pieces();
  const tables = tablesOf(call, pieces, plan, k);
  const junk = pieces.take(4 * columns);
  const pointers = pieces.take(8 * block);
  const turned = isBackward ? pieces.take(4 * taps ** 2 * k * columns) : 0;
  const packed = pieces.take(planes * packedBytes);
  const transformed = pieces.take(planes * tileBytes);
  const products = pieces.take(planes * productBytes);
  // With stride 2 a tile backwards has four outputs of each parity.
  const isSpread = isBackward && scheme.stride > 1;
  withScratch(call.backend, pieces.bytes, (base) => {
    tables.write(call, base);
    const work = base + tables.work;
    const filterColumns = (column: number, width: number): Filter => {
      if (!isBackward) return { address: filter.address + 4 * column, row: filter.row };
      const row = 4 * filter.row;
      const rows = filter.address + row * column;
      native.turnFilter(rows, row * n, row, base + turned, taps ** 2, width, k);
      return { address: base + turned, row: width };
    };
    for (let column = 0; column < n; column += columns) {
      const width = Math.min(columns, n - column);
      const part = filterColumns(column, width);
      native.winogradFilter(
        ...[transforms + 1, taps * taps, part.address, 4 * part.row, k, width, work],
        ...[base + packed, packedBytes, planes],
      );
      for (let first = 0; first < tiles; first += block) {
        const count = Math.min(block, tiles - first);
        native.winogradTiles(
          ...[
            transforms,
            scheme.products,
            from.address,
            ...stepsOf(from),
            4 * k,
            base + tables.inputsY,
            y.tiles,
          ],
          ...[base + tables.inputsX, x.tiles, first, count, base + tables.zeros, work],
          ...[base + transformed, tileBytes, 4 * k, 32, 16],
        );
        native.winogradProducts(
          ...[base + transformed, tileBytes, count, k, base + packed, packedBytes, width],
          ...[base + products, productBytes, planes, base + pointers],
        );
        native.winogradPixels(
          ...[transforms + (isSpread ? 1 : 0), isSpread ? 8 : 4, to.address + 4 * column],
          ...[...stepsOf(to), 4 * width],
          ...[base + tables.outputsY, y.tiles, base + tables.outputsX, x.tiles, first, count],
          ...[base + junk, work, base + products, productBytes, 4 * width],
        );
      }
    }
  });
}

/** As `winogradForward` for the filter gradient. */
export function winogradFilterGradient(
  call: KernelCall,
  c: Convolution,
  x: Stack,
  dy: Stack,
  filter: Filter,
): boolean {
  const plan = planOf(call, c, 'filter gradient');
  if (plan === undefined) return false;
  const { native, memory } = call;
  const { scheme, tiles } = plan;
  const planes = scheme.products ** 2;
  const k = c.channels;
  const n = c.outChannels;
  const [columns, block] = blocks(planes, k, n, tiles);
  const sumBytes = planeBytes(4 * k * columns);
  const tileBytes = planeBytes(4 * k * block);
  const gradientBytes = planeBytes(32 * Math.ceil(columns / 8) * block);
  const pieces = new Pieces();
  const tables = tablesOf(call, pieces, plan, Math.max(k, n));
  const sums = pieces.take(planes * sumBytes);
  const transformed = pieces.take(planes * tileBytes);
  const gradients = pieces.take(planes * gradientBytes);
  const { transforms, taps, products } = scheme;
  withScratch(call.backend, pieces.bytes, (base) => {
    tables.write(call, base);
    const work = base + tables.work;
    for (let column = 0; column < n; column += columns) {
      const width = Math.min(columns, n - column);
      new Uint8Array(memory.buffer, base + sums, planes * sumBytes).fill(0);
      for (let first = 0; first < tiles; first += block) {
        const count = Math.min(block, tiles - first);
        const zeros = base + tables.zeros;
        native.winogradTiles(
          ...[transforms, products, x.address, ...stepsOf(x), 4 * k],
          ...[
            base + tables.inputsY,
            plan.y.tiles,
            base + tables.inputsX,
            plan.x.tiles,
            first,
            count,
          ],
          ...[zeros, work, base + transformed, tileBytes, 16, 32 * count, 16 * count],
        );
        native.winogradTiles(
          ...[transforms + 2, 4, dy.address + 4 * column, ...stepsOf(dy)],
          ...[4 * width, base + tables.outputsY, plan.y.tiles],
          ...[base + tables.outputsX, plan.x.tiles, first, count, zeros, work],
          ...[base + gradients, gradientBytes, 32, 32 * count, 16],
        );
        native.winogradOuter(
          ...[base + transformed, tileBytes, base + gradients, gradientBytes, count, k, width],
          ...[base + sums, sumBytes, planes],
        );
      }
      native.winogradFilterGradient(
        ...[
          transforms + 2,
          taps * taps,
          filter.address + 4 * column,
          4 * filter.row,
          k,
          width,
          work,
        ],
        ...[base + sums, sumBytes],
      );
    }
  });
  return true;
}
