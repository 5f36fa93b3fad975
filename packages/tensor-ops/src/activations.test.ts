import { forEachBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { gelu, hardSigmoid, hardSwish, silu } from './activations.js';

const all = { gelu, silu, hardSigmoid, hardSwish };

forEachBackend((backend) => {
  it.each(Object.entries(all))('%s is finite far out, with its gradient', async (_, f) => {
    const far = tf.tensor1d([-1e4, -200, 200, 1e4]);
    const values = [...(await f(far).data()), ...(await tf.grad(f)(far).data())];
    expect(values.every(Number.isFinite)).toBe(true);
    const [, , slope, more] = values.slice(4);
    for (const each of [slope, more]) expect(each).toBe(f === hardSigmoid ? 0 : 1);
  });

  it('has slopes at the kinks', async () => {
    const kinks = tf.tensor1d([-3, 3]);
    expect([...(await tf.grad(hardSigmoid)(kinks).data())]).toEqual([0, 0]);
    expect([...(await tf.grad(hardSwish)(kinks).data())]).toEqual([0, 1]);
  });

  it('runs the kernels of the backend when they exist', async () => {
    const register = (kernelName: string, value: number): void =>
      tf.registerKernel({
        kernelName,
        backendName: backend,
        kernelFunc: ({ inputs }) => tf.fill((inputs.x as tf.Tensor).shape, value),
      });
    register('Gelu', 5);
    register('GeluGrad', 7);
    try {
      const x = tf.zeros([2]);
      const { value, grad } = tf.valueAndGrad(gelu as (t: tf.Tensor) => tf.Scalar)(x);
      expect([(await value.data())[0], (await grad.data())[0]]).toEqual([5, 7]);
    } finally {
      tf.unregisterKernel('Gelu', backend);
      tf.unregisterKernel('GeluGrad', backend);
    }
  });
});
