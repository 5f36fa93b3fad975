import { BatchMatMul, broadcast_util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { Convolution } from './convolution.js';
import { denseFilterGradient, denseForward, denseInputGradient, type Stack } from './dense.js';
import { AccelerateError } from './errors.js';
import { addressOf, sizeOf, withScratch } from './heap.js';
import type { Kernel, KernelCall } from './kernel.js';

/** `[rows, inner] x [inner, columns]`, whichever way the two lie in memory. */
interface Sizes {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

/** A 1x1 convolution of a line of pixels. */
const line = (pixels: number, channels: number, outChannels: number): Convolution => ({
  ...{ batch: 1, height: 1, width: pixels, channels, outHeight: 1, outWidth: pixels, outChannels },
  ...{ filterHeight: 1, filterWidth: 1, strideY: 1, strideX: 1, dilationY: 1, dilationX: 1 },
  ...{ padTop: 0, padLeft: 0 },
});

const pixels = (address: number, width: number, channels: number): Stack => ({
  ...{ address, height: 1, width, channels, pixel: channels },
});

/**
 * One product of matrices at these addresses, as a convolution or one of its gradients: rows of a are pixels, b is the filter;
 * with b transposed, dy is a; with a transposed, the result is the filter's gradient.
 */
function multiply(
  call: KernelCall,
  { rows, inner, columns }: Sizes,
  transposeA: boolean,
  transposeB: boolean,
  a: number,
  b: number,
  result: number,
): void {
  if (!transposeA) {
    const from = pixels(a, rows, inner);
    const to = pixels(result, rows, columns);
    if (!transposeB) {
      denseForward(call, line(rows, inner, columns), from, { address: b, row: columns }, to);
    } else {
      denseInputGradient(call, line(rows, columns, inner), from, { address: b, row: inner }, to);
    }
  } else if (!transposeB) {
    const filter = { address: result, row: columns };
    const geometry = line(inner, rows, columns);
    denseFilterGradient(call, geometry, pixels(a, inner, rows), pixels(b, inner, columns), filter);
  } else {
    // (b a) transposed.
    const bytes = 4 * rows * columns;
    const turned: Sizes = { rows: columns, inner, columns: rows };
    withScratch(call.backend, bytes + 8, (scratch) => {
      multiply(call, turned, false, false, b, a, scratch);
      call.native.transposedSheets(
        ...[scratch, result, 0, scratch + bytes, columns, rows, 4 * rows, 4 * columns],
      );
    });
  }
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
    for (let i = 0; i < count; i++) {
      multiply(
        ...([call, sizes, transposeA, transposeB, from + 4 * rows * inner * placesA[i]!] as const),
        ...([right + 4 * inner * columns * placesB[i]!, to + 4 * rows * columns * i] as const),
      );
    }
    return result;
  },
};
