import { hasBackend, startBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { values, withGuards } from '../test/heap.js';
import { type AcceleratedWasm, accelerateWasm } from './accelerate-wasm.js';

describe.skipIf(!hasBackend('wasm'))('copies', () => {
  let accelerated: AcceleratedWasm;
  beforeAll(async () => {
    await startBackend('wasm');
    accelerated = await accelerateWasm();
  });
  afterAll(() => accelerated.undo());

  /** What a box of an array holds, element by element. */
  const box = (
    data: ArrayLike<number>,
    shape: number[],
    begin: number[],
    size: number[],
  ): number[] => {
    const strides = shape.map((_, i) => tf.util.sizeFromShape(shape.slice(i + 1)));
    return Array.from({ length: tf.util.sizeFromShape(size) }, (_, flat) => {
      let rest = flat;
      let at = 0;
      for (let i = size.length - 1; i >= 0; i--) {
        at += (begin[i]! + (rest % size[i]!)) * strides[i]!;
        rest = Math.floor(rest / size[i]!);
      }
      return data[at]!;
    });
  };

  const slices: [number[], number[], number[]][] = [
    [[10], [3], [4]],
    [[10], [0], [10]],
    [
      [4, 7],
      [1, 0],
      [2, 7],
    ],
    [
      [4, 7],
      [1, 2],
      [3, 5],
    ],
    [
      [3, 4, 5],
      [0, 1, 0],
      [3, 2, 5],
    ],
    [
      [3, 4, 5],
      [1, 1, 1],
      [2, 3, 3],
    ],
    [
      [2, 5, 6, 9],
      [0, 1, 2, 0],
      [2, 4, 3, 9],
    ],
    [
      [2, 5, 6, 9],
      [1, 0, 0, 4],
      [1, 5, 6, 5],
    ],
    [
      [2, 5, 6, 100],
      [0, 0, 0, 7],
      [2, 5, 6, 70],
    ],
    [
      [2, 3, 4, 2, 5],
      [0, 1, 1, 0, 1],
      [2, 2, 3, 2, 3],
    ],
    [
      [2, 2, 2, 3, 2, 5],
      [1, 0, 1, 1, 0, 0],
      [1, 2, 1, 2, 2, 4],
    ],
    [
      [3, 4],
      [1, 1],
      [0, 3],
    ],
  ];
  for (const [shape, begin, size] of slices) {
    it.each([
      'float32',
      'int32',
      'bool',
    ] as const)(`slices %s [${shape}] at [${begin}] to [${size}]`, async (dtype) => {
      const raw = values(1, tf.util.sizeFromShape(shape));
      const data = Array.from(raw, (v) =>
        dtype === 'float32' ? v : dtype === 'int32' ? Math.round(v * 1e6) : Number(v > 0),
      );
      const broken = await withGuards(async () => {
        const x = tf.tensor(data, shape, dtype);
        const y = tf.slice(x, begin, size);
        expect(y.shape).toEqual(size);
        expect(y.dtype).toBe(dtype);
        expect(Array.from(await y.data())).toEqual(box(await x.data(), shape, begin, size));
        tf.dispose([x, y]);
      });
      expect(broken).toBe(0);
    });
  }

  it.each([
    [[7], 0, [3, 0, 4]],
    [[6, 5], 0, 3],
    [[6, 5], 1, [1, 4]],
    [[2, 3, 4, 6], 3, 2],
    [[2, 3, 4, 6], -2, 4],
  ] as [
    number[],
    number,
    number[] | number,
  ][])('splits [%s] along %d by %s and joins again', async (shape, axis, by) => {
    const data = values(2, tf.util.sizeFromShape(shape));
    const broken = await withGuards(async () => {
      const x = tf.tensor(data, shape);
      const parts = tf.split(x, by, axis);
      const along = (axis + shape.length) % shape.length;
      let position = 0;
      for (const part of parts) {
        const begin = shape.map((_, i) => (i === along ? position : 0));
        expect(Array.from(await part.data())).toEqual(box(data, shape, begin, part.shape));
        position += part.shape[along]!;
      }
      expect(position).toBe(shape[along]);
      const joined = tf.concat(parts, axis);
      expect(joined.shape).toEqual(shape);
      expect(await joined.data()).toEqual(data);
      tf.dispose([x, parts, joined]);
    });
    expect(broken).toBe(0);
  });

  it('joins different widths, integers, words and single tensors', async () => {
    const a = tf.tensor2d([1, 2, 3, 4], [2, 2], 'int32');
    const b = tf.tensor2d([5, 6], [2, 1], 'int32');
    const none = tf.tensor2d([], [2, 0], 'int32');
    const joined = tf.concat([a, none, b], 1);
    expect(Array.from(await joined.data())).toEqual([1, 2, 5, 3, 4, 6]);
    expect(joined.dtype).toBe('int32');
    const words = tf.concat([tf.tensor1d(['x']), tf.tensor1d(['y', 'z'])]);
    expect(await words.data()).toEqual(['x', 'y', 'z']);
    expect(await tf.slice(words, 1, 1).data()).toEqual(['y']);
    const single = tf.concat([a], 0);
    a.dispose();
    expect(Array.from(await single.data())).toEqual([1, 2, 3, 4]);
    expect(() => tf.slice(b, [0, 1], [2, 2])).toThrow();
    tf.dispose([b, none, joined, words, single]);
  });
});
