import { hasBackend, largestDifference, startBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kernel, values, withGuards } from '../test/heap.js';
import { type AcceleratedWasm, accelerateWasm } from './accelerate-wasm.js';

type Four = [number, number, number, number];
type Two = [number, number];

const resizes: [Four, Two][] = [
  [
    [2, 3, 4, 5],
    [6, 8],
  ],
  [
    [3, 2, 3, 8],
    [8, 12],
  ],
  [
    [1, 4, 5, 3],
    [4, 10],
  ],
  [
    [2, 3, 4, 2],
    [7, 9],
  ],
  [
    [2, 8, 6, 1],
    [3, 4],
  ],
  [
    [2, 6, 9, 17],
    [3, 2],
  ],
  [
    [1, 5, 3, 33],
    [15, 9],
  ],
  [
    [2, 7, 5, 4],
    [1, 1],
  ],
  [
    [2, 1, 1, 6],
    [3, 4],
  ],
  [
    [1, 49, 3, 4],
    [147, 7],
  ],
];
const modes: [boolean, boolean][] = [
  [false, false],
  [true, false],
  [false, true],
];

/** Position in the source as a fraction, by tfjs's definition. */
function fraction(i: number, size: number, out: number, corners: boolean, half: boolean): number {
  const [from, to] = corners && out > 1 ? [size - 1, out - 1] : [size, out];
  return half ? ((i + 0.5) * from) / to : (i * from) / to;
}

/** What each output position is made of: source positions and their shares. */
type Shares = readonly (readonly [at: number, share: number])[];

function nearestShares(size: number, out: number, corners: boolean, half: boolean): Shares[] {
  return Array.from({ length: out }, (_, i) => {
    const at = fraction(i, size, out, corners, half);
    return [[Math.min(size - 1, corners ? Math.round(at) : Math.floor(at + 1e-9)), 1]];
  });
}

function bilinearShares(size: number, out: number, corners: boolean, half: boolean): Shares[] {
  return Array.from({ length: out }, (_, i) => {
    const at = fraction(i, size, out, corners, half) - (half ? 0.5 : 0);
    const inside = Math.min(size - 1, Math.max(0, at));
    const low = Math.floor(inside);
    return [
      [low, low + 1 - inside],
      [Math.min(size - 1, low + 1), inside - low],
    ];
  });
}

/** Calls back for every pair of an output and an input value with its share. */
function forEachShare(
  [batch, height, width, channels]: Four,
  rows: Shares[],
  columns: Shares[],
  visit: (y: number, x: number, share: number) => void,
): void {
  let result = 0;
  for (let b = 0; b < batch; b++)
    for (const row of rows)
      for (const column of columns)
        for (let c = 0; c < channels; c++) {
          for (const [y, shareY] of row)
            for (const [x, shareX] of column)
              visit(result, ((b * height + y) * width + x) * channels + c, shareY * shareX);
          result++;
        }
}

describe.skipIf(!hasBackend('wasm')).each([true, false])('resizing, relaxed %s', (relaxed) => {
  let accelerated: AcceleratedWasm;
  beforeAll(async () => {
    await startBackend('wasm');
    accelerated = await accelerateWasm({ relaxed });
  });
  afterAll(() => accelerated.undo());

  for (const [name, sharesOf] of [
    ['ResizeNearestNeighbor', nearestShares],
    ['ResizeBilinear', bilinearShares],
  ] as const) {
    for (const [shape, size] of resizes) {
      it.each(
        modes,
      )(`${name} and its gradient, [${shape}] to [${size}], alignCorners %s, halfPixelCenters %s`, async (alignCorners, halfPixelCenters) => {
        const attrs = { alignCorners, halfPixelCenters, size };
        const rows = sharesOf(shape[1], size[0], alignCorners, halfPixelCenters);
        const columns = sharesOf(shape[2], size[1], alignCorners, halfPixelCenters);
        const out: Four = [shape[0], ...size, shape[3]];
        const x = values(21, tf.util.sizeFromShape(shape));
        const dy = values(22, tf.util.sizeFromShape(out));
        const exact = new Float64Array(dy.length);
        const exactGradient = new Float64Array(x.length);
        forEachShare(shape, rows, columns, (result, source, share) => {
          exact[result]! += share * x[source]!;
          exactGradient[source]! += share * dy[result]!;
        });
        const images = tf.tensor(x, shape);
        const upstream = tf.tensor(dy, out);
        const broken = await withGuards(async () => {
          const [y] = await kernel(name, { images }, attrs);
          expect(largestDifference(y!, exact)).toBeLessThan(2 ** -21);
          const [dx] = await kernel(`${name}Grad`, { images, dy: upstream }, attrs);
          expect(largestDifference(dx!, exactGradient)).toBeLessThan(2 ** -18);
        });
        expect(broken).toBe(0);
        tf.dispose([images, upstream]);
      });
    }
  }

  it('keeps int32 for nearest neighbours and makes float32 of it for bilinear', async () => {
    const images = tf.tensor([1, 2, 3, 4], [1, 2, 2, 1], 'int32') as tf.Tensor4D;
    const nearest = tf.image.resizeNearestNeighbor(images, [2, 4]);
    expect(await nearest.data()).toEqual(Int32Array.of(1, 1, 2, 2, 3, 3, 4, 4));
    const bilinear = tf.image.resizeBilinear(images, [2, 3], true);
    expect(await bilinear.data()).toEqual(Float32Array.of(1, 1.5, 2, 3, 3.5, 4));
    tf.dispose([images, nearest, bilinear]);
  });
});
