import { forEachBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { l2Norm } from './l2-norm.js';

forEachBackend(() => {
  it('is the length, over all axes or some', async () => {
    const x = tf.tensor2d([3, 4, 0, -5, 12, 0], [2, 3]);
    expect((await l2Norm(x).data())[0]).toBeCloseTo(Math.sqrt(194), 5);
    const rows = l2Norm(x, { axes: -1 });
    expect(rows.shape).toEqual([2]);
    expect([...(await rows.data())]).toEqual([5, 13]);
    const kept = l2Norm(x, { axes: [1], keepDims: true, epsilon: 11 });
    expect(kept.shape).toEqual([2, 1]);
    expect((await kept.data())[0]).toBe(6);
  });

  it('has gradient zero at the zero vector, beside rows that are not', async () => {
    const x = tf.tensor2d([0, 0, 3, 4], [2, 2]);
    const gradient = await tf
      .grad((t) => l2Norm(t, { axes: 1 }))(x)
      .data();
    expect([...gradient].slice(0, 2)).toEqual([0, 0]);
    expect(gradient[2]).toBeCloseTo(0.6, 6);
    expect(gradient[3]).toBeCloseTo(0.8, 6);
  });

  it.each([
    { axes: 2 },
    { axes: [0, -2] },
    { axes: 0.5 },
    { epsilon: -1 },
  ])('refuses %j', (options) => {
    const call = (): tf.Tensor => l2Norm(tf.zeros([2, 2]), options);
    expect(call).toThrow(expect.objectContaining({ code: 'OUT_OF_RANGE' }));
  });
});
