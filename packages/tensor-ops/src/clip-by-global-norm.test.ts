import { readFileSync } from 'node:fs';
import { forEachBackend, largestDifference } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { clipByGlobalNorm } from './clip-by-global-norm.js';

interface Golden {
  readonly clip: readonly {
    readonly gradient: number[];
    readonly maxNorm: number;
    readonly norm: number;
    readonly clipped: number[];
  }[];
}

const path = new URL('../test/golden/optimizer.json', import.meta.url);
const golden = JSON.parse(readFileSync(path, 'utf8')) as Golden;

// A handful of float32 roundings, relative.
const TOLERANCE = 1e-6;

forEachBackend(() => {
  it.each(golden.clip)('clips like PyTorch, norm $norm to $maxNorm', async (each) => {
    const before = tf.memory().numTensors;
    const flat = tf.tensor1d(each.gradient);
    const limit = tf.scalar(each.maxNorm);
    for (const maxNorm of [each.maxNorm, limit]) {
      const { gradient, norm } = clipByGlobalNorm(flat, maxNorm);
      expect(Math.abs((await norm.data())[0]! / each.norm - 1)).toBeLessThan(TOLERANCE);
      const scale = Math.max(...each.clipped.map(Math.abs));
      expect(largestDifference(await gradient.data(), each.clipped)).toBeLessThan(
        TOLERANCE * scale,
      );
      tf.dispose([gradient, norm]);
    }
    tf.dispose([flat, limit]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([NaN, Infinity, -Infinity, 1e30])('zeroes a gradient with %d in it', async (value) => {
    const { gradient, norm } = clipByGlobalNorm(tf.tensor1d([1, value, 2]), 1);
    expect([...(await gradient.data())]).toEqual([0, 0, 0]);
    expect(Number.isFinite((await norm.data())[0])).toBe(false);
  });

  it('leaves zeros alone', async () => {
    const { gradient, norm } = clipByGlobalNorm(tf.zeros([3]) as tf.Tensor1D, 1);
    expect([...(await gradient.data())]).toEqual([0, 0, 0]);
    expect((await norm.data())[0]).toBe(0);
  });

  it.each([0, -1, NaN])('refuses a largest norm of %d', (maxNorm) => {
    const call = () => clipByGlobalNorm(tf.zeros([3]) as tf.Tensor1D, maxNorm);
    expect(call).toThrow(expect.objectContaining({ code: 'OUT_OF_RANGE' }));
  });
});
