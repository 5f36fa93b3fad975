import { BatchMatMul, broadcast_util, type TensorInfo } from '@tensorflow/tfjs-core';
import { AccelerateError } from './errors.js';
import { addressOf, Pieces, sizeOf, withScratch } from './heap.js';
import type { Kernel, KernelCall } from './kernel.js';

/** Bytes of rows handled between two passes over the packed matrix. */
const CHUNK_BYTES = 24 * 1024;

/** Bytes of both matrices in one run of a product whose left one is transposed. */
const RUN_BYTES = 32 * 1024;

const clamp = (low: number, value: number, high: number): number =>
  Math.max(low, Math.min(high, value));

/** `[rows, inner] x [inner, columns]`, whichever way the two lie in memory. */
interface Sizes {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

/** Computes one product after the other: addresses of a, b and the result. */
type Multiply = (a: number, b: number, result: number) => void;

/** A product is a 1x1 convolution of a row of `rows` pixels; b is packed as its filter. */
function withRowProduct(
  { backend, native, memory }: KernelCall,
  { rows, inner, columns }: Sizes,
  transposeB: boolean,
  use: (multiply: Multiply) => void,
): void {
  const chunk = clamp(12, Math.floor(CHUNK_BYTES / (4 * inner)), 96);
  const pieces = new Pieces();
  const zero = pieces.take(4);
  const table = pieces.take(8 * chunk);
  const packed = pieces.take(4 * (inner + 1) * Math.ceil(columns / 4) * 4);
  withScratch(backend, pieces.bytes, (base) => {
    // The only tap is tap 0, at offset 0, and no row lies outside.
    new Int32Array(memory.buffer, base + zero, 1).fill(0);
    const tap = base + zero;
    use((a, b, result) => {
      if (transposeB) native.packTransposed(b, base + packed, 1, tap, inner, columns);
      else native.packForward(b, base + packed, 1, tap, inner, columns, 0);
      native.convGather(
        ...[a, 1, rows, 4 * inner, inner, 1, 0, 0],
        ...[result, 0, 0, 4 * columns, 1, rows, 1, tap, 1, 1, tap, 1],
        ...[base + packed, columns, tap, base + table, chunk],
      );
    });
  });
}

/** With a transposed, the product is a 1x1 convolution's filter gradient: a sum of outer products, read where they lie. */
function withOuterProduct(
  { backend, native, memory }: KernelCall,
  { rows, inner, columns }: Sizes,
  use: (multiply: Multiply) => void,
): void {
  const bytes = 4 * native.tapFloats(rows, columns);
  const chunk = clamp(48, Math.floor(RUN_BYTES / (4 * (rows + columns))), 96);
  withScratch(backend, bytes + 8, (acc) =>
    use((a, b, result) => {
      new Uint8Array(memory.buffer, acc, bytes + 8).fill(0);
      native.convFilterGradient(
        ...[a, 4 * rows, 0, 0, 1, inner, rows, b, 1, 1, inner, columns, acc],
        ...[1, 1, 1, 1, 0, 0, 1, 1, 1, chunk, acc + bytes],
      );
      native.unpackFilter(acc, result, 1, rows, columns);
    }),
  );
}

/** With both transposed: (b a)^T. */
function withTurnedProduct(
  call: KernelCall,
  { rows, inner, columns }: Sizes,
  use: (multiply: Multiply) => void,
): void {
  const bytes = 4 * rows * columns;
  withScratch(call.backend, bytes + 8, (turned) =>
    withRowProduct(call, { rows: columns, inner, columns: rows }, false, (multiply) =>
      use((a, b, result) => {
        multiply(b, a, turned);
        call.native.transposedSheets(
          ...[turned, result, 0, turned + bytes, columns, rows, 4 * rows, 4 * columns],
        );
      }),
    ),
  );
}

/** For each product of a batch, which one of an operand's it takes: operands of fewer axes, or of extent 1, repeat. */
function operandsOf(batch: readonly number[], own: readonly number[]): number[] {
  const count = sizeOf(batch);
  const places = Array.from({ length: count }, () => 0);
  let ownStep = 1;
  let step = 1;
  for (let axis = 1; axis <= own.length; axis++) {
    const extent = own[own.length - axis]!;
    const of = batch[batch.length - axis]!;
    for (let i = 0; i < count; i++) {
      if (extent > 1) places[i]! += (Math.floor(i / step) % of) * ownStep;
    }
    ownStep *= extent;
    step *= of;
  }
  return places;
}

/** tfjs's BatchMatMul, behind tf.matMul: all transpositions, all batches. */
export const batchMatMul: Kernel = {
  name: BatchMatMul,
  run: (call): TensorInfo => {
    const { backend, memory } = call;
    const { a, b } = call.inputs as Record<'a' | 'b', TensorInfo>;
    const { transposeA, transposeB } = call.attrs as Record<'transposeA' | 'transposeB', boolean>;
    const [aFirst, aLast] = a.shape.slice(-2) as [number, number];
    const [bFirst, bLast] = b.shape.slice(-2) as [number, number];
    const [rows, inner] = transposeA ? [aLast, aFirst] : [aFirst, aLast];
    const [innerB, columns] = transposeB ? [bLast, bFirst] : [bFirst, bLast];
    if (inner !== innerB) {
      throw new AccelerateError(
        'SHAPE_MISMATCH',
        `BatchMatMul expected inner extents that agree, got ${inner} and ${innerB} of a [${a.shape}] and b [${b.shape}] ` +
          `with transposeA ${transposeA}, transposeB ${transposeB}. Check shapes and flags.`,
        { a: a.shape, b: b.shape, transposeA, transposeB },
      );
    }
    const [ownA, ownB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
    const batch = broadcast_util.assertAndGetBroadcastShape(ownA, ownB);
    const result = call.output([...batch, rows, columns]);
    const size = sizeOf(result.shape);
    if (size === 0) return result;
    const from = addressOf(backend, a, 'a');
    const right = addressOf(backend, b, 'b');
    const to = addressOf(backend, result, 'output');
    if (inner === 0) {
      new Float32Array(memory.buffer, to, size).fill(0);
      return result;
    }
    // One b for all of a: the batch is more rows.
    const isOne = !transposeA && sizeOf(ownB) === 1;
    const count = isOne ? 1 : sizeOf(batch);
    const sizes: Sizes = { rows: isOne ? rows * sizeOf(batch) : rows, inner, columns };
    const [placesA, placesB] = [operandsOf(batch, ownA), operandsOf(batch, ownB)];
    const all = (multiply: Multiply): void => {
      for (let i = 0; i < count; i++) {
        multiply(
          from + 4 * rows * inner * placesA[i]!,
          right + 4 * inner * columns * placesB[i]!,
          to + 4 * rows * columns * i,
        );
      }
    };
    if (!transposeA) withRowProduct(call, sizes, transposeB, all);
    else if (transposeB) withTurnedProduct(call, sizes, all);
    else withOuterProduct(call, sizes, all);
    return result;
  },
};
