import { forEachBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { LAYER_NORM, LAYER_NORM_GRAD } from './kernels.js';
import { layerNorm } from './layer-norm.js';

const ones = (n: number): tf.Tensor1D => tf.ones([n]);

forEachBackend((backend) => {
  it('runs the kernels of the backend when they exist', async () => {
    const seen: unknown[] = [];
    const takeOut = [LAYER_NORM, LAYER_NORM_GRAD].map((kernelName) => {
      tf.registerKernel({
        kernelName,
        backendName: backend,
        kernelFunc: ({ inputs, attrs }) => {
          seen.push([kernelName, Object.keys(inputs).join(), { ...attrs }]);
          const { x, gamma } = inputs as unknown as { x: tf.Tensor; gamma: tf.Tensor };
          const rest = kernelName === LAYER_NORM ? [2] : gamma.shape;
          return [tf.fill(x.shape, 2), tf.fill(rest, 3), tf.fill(rest, 4)];
        },
      });
      return () => tf.unregisterKernel(kernelName, backend);
    });
    try {
      const inputs = [tf.ones([2, 3]), ones(3), ones(3)];
      const f = (...[x, gamma, beta]: tf.Tensor[]): tf.Tensor =>
        layerNorm(x!, gamma as tf.Tensor1D, beta as tf.Tensor1D, { epsilon: 0.25 });
      const before = tf.memory().numTensors;
      const { value, grads } = tf.valueAndGrads(f as (...t: tf.Tensor[]) => tf.Scalar)(inputs);
      const results = [value, ...grads];
      const first = await Promise.all(results.map(async (t) => (await t.data())[0]));
      expect(first).toEqual([2, 2, 3, 4]);
      expect(seen).toEqual([
        [LAYER_NORM, 'x,gamma,beta', { epsilon: 0.25 }],
        [LAYER_NORM_GRAD, 'dy,x,gamma,mean,inverseDeviation', { epsilon: 0.25 }],
      ]);
      tf.dispose(results);
      expect(tf.memory().numTensors).toBe(before);
      tf.dispose(inputs);
    } finally {
      for (const undo of takeOut) undo();
    }
  });

  it.each([
    ['gamma', () => layerNorm(tf.zeros([2, 3]), ones(2), ones(3)), 'SHAPE_MISMATCH'],
    ['beta', () => layerNorm(tf.zeros([2, 3]), ones(3), ones(1)), 'SHAPE_MISMATCH'],
    ['empty x', () => layerNorm(tf.zeros([0, 3]), ones(3), ones(3)), 'SHAPE_MISMATCH'],
    ['scalar', () => layerNorm(tf.scalar(1), ones(1), ones(1)), 'SHAPE_MISMATCH'],
    [
      'epsilon',
      () => layerNorm(tf.zeros([2, 3]), ones(3), ones(3), { epsilon: -1 }),
      'OUT_OF_RANGE',
    ],
  ])('refuses a wrong %s', (_, call, code) => {
    expect(() => tf.tidy(call)).toThrow(expect.objectContaining({ code }));
  });
});
