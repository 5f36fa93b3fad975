import { hasBackend, startBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { values, withGuards } from '../test/heap.js';
import { type AcceleratedWasm, accelerateWasm } from './accelerate-wasm.js';

const unknown = Number.NaN;
const ops: readonly [string, (a: number, b: number) => number, typeof tf.maximum][] = [
  ['maximum', (a, b) => Math.max(a, b), tf.maximum],
  ['minimum', (a, b) => Math.min(a, b), tf.minimum],
  ['greater', (a, b) => Number(a > b), tf.greater],
  ['greaterEqual', (a, b) => Number(a >= b), tf.greaterEqual],
  ['less', (a, b) => Number(a < b), tf.less],
  ['lessEqual', (a, b) => Number(a <= b), tf.lessEqual],
  ['equal', (a, b) => Number(a === b), tf.equal],
  ['notEqual', (a, b) => Number(a !== b), tf.notEqual],
];

/** Few values, so that equal ones meet; now and then NaN. */
const coarse = (seed: number, count: number): Float32Array =>
  values(seed, count).map((v, i) => (i % 11 === seed ? unknown : Math.round(v * 3)));

describe.skipIf(!hasBackend('wasm')).each([true, false])('pairs, relaxed %s', (relaxed) => {
  let accelerated: AcceleratedWasm;
  beforeAll(async () => {
    await startBackend('wasm');
    accelerated = await accelerateWasm({ relaxed });
  });
  afterAll(() => accelerated.undo());

  it.each(ops)('%s of tensors of one shape, with a number, and broadcast', async (_, exact, op) => {
    for (const count of [1, 2, 3, 4, 7, 130]) {
      const [a, b] = [coarse(1, count), coarse(2, count)];
      const broken = await withGuards(async () => {
        const [x, y] = [tf.tensor(a), tf.tensor(b)];
        const results = [op(x, y), op(x, 1), op(-1, y)];
        const [both, right, left] = await Promise.all(results.map((result) => result.data()));
        expect(Array.from(both!)).toEqual(Array.from(a, (v, i) => exact(v, b[i]!)));
        expect(Array.from(right!)).toEqual(Array.from(a, (v) => exact(v, 1)));
        expect(Array.from(left!)).toEqual(Array.from(b, (v) => exact(-1, v)));
        tf.dispose([x, y, ...results]);
      });
      expect(broken).toBe(0);
    }
    const spread = op(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor1d([2, 3]));
    const pairs = [exact(1, 2), exact(2, 3), exact(3, 2), exact(4, 3)];
    expect(Array.from(await spread.data())).toEqual(pairs);
    const whole = op(tf.tensor1d([3, 5], 'int32'), tf.tensor1d([4, 4], 'int32'));
    expect(Array.from(await whole.data())).toEqual([exact(3, 4), exact(5, 4)]);
  });

  it('where, by value and by row', async () => {
    for (const count of [1, 3, 4, 9, 64]) {
      const [t, e] = [values(3, count), values(4, count)];
      const mask = Array.from({ length: count }, (_, i) => (i * 7) % 3 === 0);
      const broken = await withGuards(async () => {
        const tensors = [tf.tensor1d(mask, 'bool'), tf.tensor(t), tf.tensor(e)] as const;
        const chosen = tf.where(...tensors);
        const exact = mask.map((yes, i) => (yes ? t[i] : e[i]));
        expect(Array.from(await chosen.data())).toEqual(exact);
        tf.dispose([...tensors, chosen]);
      });
      expect(broken).toBe(0);
    }
    const attrs = {} as tf.NamedAttrMap;
    const inputs = {
      condition: tf.tensor1d([true, false], 'bool'),
      ...{ t: tf.ones([2, 3]), e: tf.zeros([2, 3]) },
    };
    const rows = tf.engine().runKernel('Select', inputs, attrs) as tf.Tensor;
    expect(Array.from(await rows.data())).toEqual([1, 1, 1, 0, 0, 0]);
  });

  it.each([
    [[4, 3], [2, 2], 0, 0],
    [[2, 5, 7], [3], 1, 0],
    [[2, 5, 7], [4], 2, 0],
    [[3, 5, 2], [3, 4], 1, 1],
    [[3, 4, 5, 9], [3, 2], 2, 1],
    [[2, 3, 4, 200], [2, 3, 2], 2, 2],
    [[6], [6], 0, 0],
  ])('gather from [%s] by [%s] along axis %d after %d batch axes', async (shape, picks, axis, batchDims) => {
    const size = tf.util.sizeFromShape;
    const x = values(5, size(shape));
    const indices = values(6, size(picks)).map((v) => Math.floor(((v + 1) / 2) * shape[axis]!));
    const batch = size(shape.slice(0, batchDims));
    const outer = size(shape.slice(batchDims, axis));
    const inner = size(shape.slice(axis + 1));
    const count = indices.length / batch;
    const exact: number[] = [];
    for (let b = 0; b < batch; b++)
      for (let o = 0; o < outer; o++)
        for (let i = 0; i < count; i++)
          for (let k = 0; k < inner; k++) {
            const row = (b * outer + o) * shape[axis]! + indices[b * count + i]!;
            exact.push(x[row * inner + k]!);
          }
    const broken = await withGuards(async () => {
      const tensors = [tf.tensor(x, shape), tf.tensor(indices, picks, 'int32')] as const;
      const gathered = tf.gather(...tensors, axis, batchDims);
      expect(gathered.shape).toEqual([
        ...shape.slice(0, axis),
        ...picks.slice(batchDims),
        ...shape.slice(axis + 1),
      ]);
      expect(Array.from(await gathered.data())).toEqual(exact);
      tf.dispose([...tensors, gathered]);
    });
    expect(broken).toBe(0);
  });

  it('gather refuses an index outside the axis, and keeps int32', async () => {
    const x = tf.tensor1d([7, 8, 9], 'int32');
    expect(await tf.gather(x, [2, 0]).data()).toEqual(Int32Array.of(9, 7));
    expect(() => tf.gather(x, [0, 3])).toThrow(/index value 3 is not in \[0, 2\]/);
    expect(() => tf.gather(x, [-1])).toThrow(expect.objectContaining({ code: 'OUT_OF_RANGE' }));
  });
});
