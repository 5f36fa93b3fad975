import { hasBackend, startBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kernel, values, withGuards } from '../test/heap.js';
import { type AcceleratedWasm, accelerateWasm } from './accelerate-wasm.js';

/** Batch axes of a and of b, then rows, inner extent, columns. */
const cases: readonly [number[], number[], number, number, number][] = [
  [[], [], 1, 1, 1],
  [[], [], 5, 3, 7],
  [[], [], 33, 17, 9],
  [[], [], 64, 100, 12],
  [[3], [3], 13, 24, 21],
  [[2], [2], 7, 130, 4],
  [[4], [1], 5, 6, 10],
  [[1], [3], 6, 5, 3],
  [[2, 3], [2, 3], 4, 8, 5],
  [[2, 1], [1, 3], 3, 4, 5],
  [[3], [], 9, 2, 11],
  [[], [2], 3, 9, 2],
  [[1], [1], 1, 300, 16],
];

describe.skipIf(!hasBackend('wasm')).each([true, false])(
  'matrix products, relaxed %s',
  (relaxed) => {
    let accelerated: AcceleratedWasm;
    beforeAll(async () => {
      await startBackend('wasm');
      accelerated = await accelerateWasm({ relaxed });
    });
    afterAll(() => accelerated.undo());

    for (const [batchA, batchB, rows, inner, columns] of cases) {
      it.each([
        [false, false],
        [false, true],
        [true, false],
        [true, true],
      ])(`[${batchA}] x [${batchB}], ${rows} x ${inner} x ${columns}, transposed %s %s`, async (transposeA, transposeB) => {
        const shapeA = [...batchA, ...(transposeA ? [inner, rows] : [rows, inner])];
        const shapeB = [...batchB, ...(transposeB ? [columns, inner] : [inner, columns])];
        const a = values(1, tf.util.sizeFromShape(shapeA));
        const b = values(2, tf.util.sizeFromShape(shapeB));
        const batch = tf.broadcast_util.assertAndGetBroadcastShape(batchA, batchB);
        const place = (index: number, own: number[]): number => {
          let rest = index;
          let at = 0;
          let step = 1;
          for (let axis = 1; axis <= batch.length; axis++) {
            const extent = own[own.length - axis] ?? 1;
            if (extent > 1) at += (rest % batch[batch.length - axis]!) * step;
            rest = Math.floor(rest / batch[batch.length - axis]!);
            step *= extent;
          }
          return at;
        };
        const tensorA = tf.tensor(a, shapeA);
        const tensorB = tf.tensor(b, shapeB);
        const inputs = { a: tensorA, b: tensorB };
        const broken = await withGuards(async () => {
          const [product] = await kernel('BatchMatMul', inputs, { transposeA, transposeB });
          let worst = 0;
          product!.forEach((value, i) => {
            const column = i % columns;
            const row = Math.floor(i / columns) % rows;
            const index = Math.floor(i / columns / rows);
            const [atA, atB] = [place(index, batchA), place(index, batchB)];
            let exact = 0;
            let magnitude = 0;
            for (let k = 0; k < inner; k++) {
              const left = a[atA * rows * inner + (transposeA ? k * rows + row : row * inner + k)]!;
              const right =
                b[
                  atB * inner * columns + (transposeB ? column * inner + k : k * columns + column)
                ]!;
              exact += left * right;
              magnitude += Math.abs(left * right);
            }
            worst = Math.max(worst, Math.abs(value - exact) / magnitude);
          });
          // Rounding grows with the number of terms at worst, with its root as a rule.
          expect(worst).toBeLessThan(2 ** -24 * (4 + Math.sqrt(inner)));
          expect(product!.length).toBe(tf.util.sizeFromShape(batch) * rows * columns);
        });
        expect(broken).toBe(0);
        tf.dispose(inputs);
      });
    }

    it('knows empty operands and refuses those that do not fit', async () => {
      const product = tf.matMul(tf.zeros([2, 0]), tf.zeros([0, 3]));
      expect(await product.data()).toEqual(new Float32Array(6));
      expect(tf.matMul(tf.zeros([0, 4]), tf.zeros([4, 3])).shape).toEqual([0, 3]);
      const inputs = { a: tf.zeros([2, 3]), b: tf.zeros([2, 3]) };
      const attrs = { transposeA: false, transposeB: false };
      expect(() => tf.engine().runKernel('BatchMatMul', inputs, attrs)).toThrow(
        /inner extents that agree, got 3 and 2/,
      );
    });
  },
);
