import { hasBackend, startBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kernel, values, withGuards } from '../test/heap.js';
import { type AcceleratedWasm, accelerateWasm } from './accelerate-wasm.js';

const cases: readonly [number[], number[]][] = [
  [[7], [0]],
  [[1000], [0]],
  [[5, 4099], [1]],
  [
    [3, 5, 7],
    [0, 1, 2],
  ],
  [
    [2, 9, 7, 17],
    [1, 2],
  ],
  [
    [2, 9, 7, 1],
    [1, 2],
  ],
  [
    [4, 8, 6, 32],
    [0, 1, 2],
  ],
  [
    [3, 1, 2, 5],
    [1, 2],
  ],
  [
    [2, 70, 9, 3],
    [1, 2],
  ],
  [[2, 300, 6], [1]],
  [
    [3, 4, 5],
    [0, 2],
  ],
  [
    [3, 1, 5],
    [0, 2],
  ],
  [[4, 3], []],
];

describe.skipIf(!hasBackend('wasm')).each([true, false])('reductions, relaxed %s', (relaxed) => {
  let accelerated: AcceleratedWasm;
  beforeAll(async () => {
    await startBackend('wasm');
    accelerated = await accelerateWasm({ relaxed });
  });
  afterAll(() => accelerated.undo());

  it.each(cases)('Sum and Mean of [%s] over [%s]', async (shape, axes) => {
    const x = values(5, tf.util.sizeFromShape(shape)).map((v) => v + 0.75);
    const steps = shape.map((_, axis) => tf.util.sizeFromShape(shape.slice(axis + 1)));
    const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    const sums = new Map<string, number>();
    const magnitudes = new Map<string, number>();
    x.forEach((value, i) => {
      const place = kept.map((axis) => Math.floor(i / steps[axis]!) % shape[axis]!).join();
      sums.set(place, (sums.get(place) ?? 0) + value);
      magnitudes.set(place, (magnitudes.get(place) ?? 0) + Math.abs(value));
    });
    const count = x.length / sums.size;
    const tensor = tf.tensor(x, shape);
    for (const keepDims of [true, false]) {
      const broken = await withGuards(async () => {
        const [sum] = await kernel('Sum', { x: tensor }, { axis: axes, keepDims });
        const [mean] = await kernel('Mean', { x: tensor }, { axis: axes, keepDims });
        expect(sum!.length).toBe(sums.size);
        [...sums].forEach(([place, exact], i) => {
          const unit = magnitudes.get(place)! * 2 ** -24;
          // tfjs's own adds one after the other; it takes the axes that are not neighbours.
          const bound = axes.join() === '0,2' && shape[1] !== 1 ? 15 : 4;
          expect(Math.abs(sum![i]! - exact)).toBeLessThanOrEqual(bound * unit);
          expect(Math.abs(mean![i]! * count - exact)).toBeLessThanOrEqual((bound + 2) * unit);
        });
      });
      expect(broken).toBe(0);
    }
    tensor.dispose();
  });

  it('keeps or drops the summed axes, and leaves other types to tfjs', async () => {
    const x = tf.ones([2, 3, 4, 5]);
    expect(tf.sum(x, [1, 2]).shape).toEqual([2, 5]);
    expect(tf.mean(x, [1, 2], true).shape).toEqual([2, 1, 1, 5]);
    expect(tf.mean(x).shape).toEqual([]);
    const whole = tf.tensor([[1, 2, 4]], [1, 3], 'int32');
    expect(await tf.sum(whole, 0).data()).toEqual(Int32Array.of(1, 2, 4));
    expect(await tf.mean(whole).data()).toEqual(Float32Array.of(7 / 3));
    expect(await tf.sum(tf.zeros([2, 0]), 1).data()).toEqual(new Float32Array(2));
  });
});
