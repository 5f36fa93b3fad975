import { hasBackend, largestDifference, startBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kernel, values, wasmBackend, withGuards } from '../test/heap.js';
import { type AcceleratedWasm, accelerateWasm } from './accelerate-wasm.js';

describe.skipIf(!hasBackend('wasm')).each([true, false])('relaxed %s', (relaxed) => {
  let accelerated: AcceleratedWasm;
  beforeAll(async () => {
    await startBackend('wasm');
    accelerated = await accelerateWasm({ relaxed });
  });
  afterAll(() => accelerated.undo());

  it.each([1, 3, 4, 7, 64, 1001])('AdamUpdate of %d weights', async (count) => {
    const [weights, m, gradient] = [11, 12, 13].map((seed) => values(seed, count));
    const v = values(14, count).map(Math.abs);
    const decayMask = Float32Array.from(v, (_, i) => i % 2);
    const scalars = Float32Array.of(
      0.01,
      0.9,
      0.99,
      1e-8,
      0.1,
      1 / (1 - 0.9 ** 3),
      1 / (1 - 0.99 ** 3),
    );
    const [rate, beta1, beta2, epsilon, decay, correction1, correction2] = Array.from(scalars);
    for (const masked of [true, false]) {
      const inputs = {
        ...{ weights: tf.tensor(weights!), m: tf.tensor(m!), v: tf.tensor(v) },
        ...{ gradient: tf.tensor(gradient!), scalars: tf.tensor(scalars) },
        ...(masked ? { decayMask: tf.tensor(decayMask) } : {}),
      };
      const broken = await withGuards(async () => {
        const [newWeights, newM, newV] = await kernel('AdamUpdate', inputs, {});
        const exactM = m!.map((old, i) => beta1! * old + (1 - beta1!) * gradient![i]!);
        const exactV = v.map((old, i) => beta2! * old + (1 - beta2!) * gradient![i]! ** 2);
        const exactWeights = Float64Array.from(weights!, (w, i) => {
          const step =
            (exactM[i]! * correction1!) / (Math.sqrt(exactV[i]! * correction2!) + epsilon!);
          return w - rate! * (step + decay! * (masked ? decayMask[i]! : 1) * w);
        });
        expect(largestDifference(newM!, exactM)).toBeLessThan(2 ** -22);
        expect(largestDifference(newV!, exactV)).toBeLessThan(2 ** -22);
        expect(largestDifference(newWeights!, exactWeights)).toBeLessThan(2 ** -22);
      });
      expect(broken).toBe(0);
      // The old tensors are not written to.
      expect(await inputs.weights.data()).toEqual(weights);
      expect(await inputs.m.data()).toEqual(m);
      expect(await inputs.v.data()).toEqual(v);
      tf.dispose(inputs);
    }
  });

  it('Identity shares the values and keeps them until both are gone', async () => {
    const before = tf.memory();
    const x = tf.tensor(values(31, 10));
    const copy = tf.engine().runKernel('Identity', { x }) as tf.Tensor;
    const { dataIdMap } = wasmBackend();
    expect(dataIdMap.get(copy.dataId).memoryOffset).toBe(dataIdMap.get(x.dataId).memoryOffset);
    x.dispose();
    expect(await copy.data()).toEqual(values(31, 10));
    copy.dispose();
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
    const words = tf.tensor(['a', 'b']);
    const second = tf.clone(words);
    expect(await second.data()).toEqual(['a', 'b']);
    tf.dispose([words, second]);
  });
});
