import { forEachBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

forEachBackend((name) => {
  it('is the current backend and computes', async () => {
    expect(tf.getBackend()).toBe(name);
    const sum = tf.add(tf.tensor1d([1, 2]), tf.tensor1d([3, -5]));
    expect([...(await sum.data())]).toEqual([4, -3]);
  });
});
