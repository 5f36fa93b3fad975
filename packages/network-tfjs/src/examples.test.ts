import { forEachBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { example } from '../examples/train-step.js';

forEachBackend(() => {
  it('the example of the README learns and leaves nothing behind', async () => {
    const before = tf.memory().numTensors;
    const { losses, shape } = await example(5);
    expect(shape).toEqual([4, 16, 12, 2]);
    for (let i = 1; i < losses.length; i++) expect(losses[i]).toBeLessThan(losses[i - 1]!);
    expect(tf.memory().numTensors).toBe(before);
  });
});
