import { forEachBackend, largestDifference } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeInput } from '../test/gradient-cases.js';
import { batchNormTrain, type FusedActivation, recomputeBatchNorm } from './batch-norm-train.js';
import { TensorOpsError } from './errors.js';
import { type InstalledGradients, installGradients } from './install-gradients.js';
import { BATCH_NORM_TRAIN, BATCH_NORM_TRAIN_GRAD } from './kernels.js';

/** The definition and its gradient, in double precision. */
function byDefinition(
  x: ArrayLike<number>,
  gamma: ArrayLike<number>,
  beta: ArrayLike<number>,
  dy: ArrayLike<number>,
  epsilon: number,
  activation: FusedActivation,
) {
  const channels = gamma.length;
  const count = x.length / channels;
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  for (let i = 0; i < x.length; i++) mean[i % channels]! += x[i]! / count;
  for (let i = 0; i < x.length; i++) {
    variance[i % channels]! += (x[i]! - mean[i % channels]!) ** 2 / count;
  }
  const y = new Float64Array(x.length);
  const g = new Float64Array(x.length);
  const standard = new Float64Array(x.length);
  const [dgamma, dbeta] = [new Float64Array(channels), new Float64Array(channels)];
  for (let i = 0; i < x.length; i++) {
    const c = i % channels;
    standard[i] = (x[i]! - mean[c]!) / Math.sqrt(variance[c]! + epsilon);
    const value = standard[i]! * gamma[c]! + beta[c]!;
    const top = activation === 'relu6' ? 6 : Infinity;
    y[i] = activation === 'none' ? value : Math.min(top, Math.max(0, value));
    const passes = activation === 'none' || (value > 0 && value < top);
    g[i] = passes ? dy[i]! : 0;
    dgamma[c]! += g[i]! * standard[i]!;
    dbeta[c]! += g[i]!;
  }
  const dx = Float64Array.from(x, (_, i) => {
    const c = i % channels;
    const inner = g[i]! - dbeta[c]! / count - (standard[i]! * dgamma[c]!) / count;
    return (gamma[c]! / Math.sqrt(variance[c]! + epsilon)) * inner;
  });
  return { y, mean, variance, dx, dgamma, dbeta };
}

forEachBackend((backend) => {
  let gradients: InstalledGradients;
  beforeAll(() => {
    gradients = installGradients();
  });
  afterAll(() => gradients.undo());

  describe.each(['none', 'relu', 'relu6'] as const)('activation %s', (activation) => {
    it.each([
      [[2, 3, 5, 7], 1e-5],
      [[3, 4, 1, 1], 1e-3],
      [[6, 5], 0.1],
      [[2, 7, 3], 1e-5],
    ])('matches the definition for %j', async (shape, epsilon) => {
      const channels = shape[shape.length - 1]!;
      const x = makeInput({ shape, range: [-3, 5] }, 0);
      const gamma = makeInput({ shape: [channels], range: [-3, 4] }, 1) as tf.Tensor1D;
      const beta = makeInput({ shape: [channels], range: [-1, 5] }, 2) as tf.Tensor1D;
      const dy = makeInput({ shape }, 3);
      const expected = byDefinition(
        await x.data(),
        await gamma.data(),
        await beta.data(),
        await dy.data(),
        epsilon,
        activation,
      );
      const { y, mean, variance } = batchNormTrain(x, gamma, beta, { epsilon, activation });
      expect(y.shape).toEqual(shape);
      expect(largestDifference(await y.data(), expected.y)).toBeLessThan(5e-6);
      expect(largestDifference(await mean.data(), expected.mean)).toBeLessThan(1e-6);
      expect(largestDifference(await variance.data(), expected.variance)).toBeLessThan(5e-6);
      const f = (a: tf.Tensor, b: tf.Tensor, c: tf.Tensor): tf.Tensor =>
        batchNormTrain(a, b as tf.Tensor1D, c as tf.Tensor1D, { epsilon, activation }).y;
      const [dx, dgamma, dbeta] = tf.grads(f as (...t: tf.Tensor[]) => tf.Tensor)(
        [x, gamma, beta],
        dy,
      );
      expect(largestDifference(await dx!.data(), expected.dx)).toBeLessThan(1e-5);
      expect(largestDifference(await dgamma!.data(), expected.dgamma)).toBeLessThan(3e-5);
      expect(largestDifference(await dbeta!.data(), expected.dbeta)).toBeLessThan(1e-5);
    });
  });

  it('treats mean and variance as constants', async () => {
    const x = makeInput({ shape: [4, 3] }, 0);
    const [gamma, beta] = [tf.ones([3]) as tf.Tensor1D, tf.zeros([3]) as tf.Tensor1D];
    const f = (a: tf.Tensor): tf.Tensor => {
      const { y, mean, variance } = batchNormTrain(a, gamma, beta);
      return tf.add(tf.sum(tf.mul(y, a)), tf.sum(tf.mul(tf.add(mean, variance), 100)));
    };
    const without = (a: tf.Tensor): tf.Tensor =>
      tf.sum(tf.mul(batchNormTrain(a, gamma, beta).y, a));
    const both = await Promise.all([tf.grad(f)(x).data(), tf.grad(without)(x).data()]);
    expect(largestDifference(both[0], both[1])).toBe(0);
  });

  it('keeps the spread of values far from zero', async () => {
    const values = Float32Array.from({ length: 64 }, (_, i) => 1000 + (i % 8) / 8);
    const x = tf.tensor(values, [64, 1]);
    const { variance } = batchNormTrain(x, tf.ones([1]), tf.zeros([1]));
    // Eight values an eighth apart: (8² - 1) / 12 / 64.
    expect((await variance.data())[0]).toBeCloseTo(63 / 12 / 64, 4);
  });

  it('leaves exactly its three results, with and without a gradient, and none when it throws', () => {
    const x = makeInput({ shape: [2, 3, 4, 2] }, 0);
    const [gamma, beta] = [tf.ones([2]) as tf.Tensor1D, tf.zeros([2]) as tf.Tensor1D];
    const before = tf.memory().numTensors;
    const result = batchNormTrain(x, gamma, beta, { activation: 'relu' });
    expect(tf.memory().numTensors).toBe(before + 3);
    tf.dispose([result.y, result.mean, result.variance]);
    const gradient = tf.grad((a) => batchNormTrain(a, gamma, beta).y)(x);
    expect(tf.memory().numTensors).toBe(before + 1);
    gradient.dispose();
    expect(() => batchNormTrain(x, tf.ones([3]), beta)).toThrow(TensorOpsError);
    expect(tf.memory().numTensors).toBe(before + 1);
  });

  it.each([
    'none',
    'relu',
    'relu6',
  ] as const)('makes its result again, with %s', async (activation) => {
    const x = makeInput({ shape: [3, 4, 5, 6], range: [-3, 5] }, 0);
    const [gamma, beta] = [1, 2].map((seed) => makeInput({ shape: [6], range: [-3, 4] }, seed)) as [
      tf.Tensor1D,
      tf.Tensor1D,
    ];
    const options = { epsilon: 1e-3, activation };
    const { y, mean, variance } = batchNormTrain(x, gamma, beta, options);
    const again = recomputeBatchNorm([x, gamma, beta, mean, variance], options);
    expect([...(await again.data())]).toEqual([...(await y.data())]);
    tf.dispose([x, gamma, beta, y, mean, variance, again]);
  });

  it('runs the kernels of the backend when they exist', async () => {
    const seen: unknown[] = [];
    const takeOut = [BATCH_NORM_TRAIN, BATCH_NORM_TRAIN_GRAD].map((kernelName) => {
      tf.registerKernel({
        kernelName,
        backendName: backend,
        kernelFunc: ({ inputs, attrs }) => {
          seen.push([kernelName, Object.keys(inputs).sort().join(), { ...attrs }]);
          const { x, gamma } = inputs as unknown as { x: tf.Tensor; gamma: tf.Tensor };
          const one = (shape: number[], value: number) => tf.fill(shape, value);
          return [one(x.shape, 2), one(gamma.shape, 3), one(gamma.shape, 4)];
        },
      });
      return () => tf.unregisterKernel(kernelName, backend);
    });
    try {
      const x = makeInput({ shape: [2, 3] }, 0);
      const [gamma, beta] = [tf.ones([3]) as tf.Tensor1D, tf.zeros([3]) as tf.Tensor1D];
      const options = { epsilon: 0.25, activation: 'relu6' } as const;
      const { mean, variance } = batchNormTrain(x, gamma, beta, options);
      expect([(await mean.data())[0], (await variance.data())[0]]).toEqual([3, 4]);
      const f = (...t: tf.Tensor[]): tf.Tensor =>
        batchNormTrain(t[0]!, t[1] as tf.Tensor1D, t[2] as tf.Tensor1D, options).y;
      const given = tf.grads(f)([x, gamma, beta]);
      expect(await Promise.all(given.map(async (t) => (await t.data())[0]))).toEqual([2, 3, 4]);
      expect(seen).toEqual([
        [BATCH_NORM_TRAIN, 'beta,gamma,x', options],
        [BATCH_NORM_TRAIN, 'beta,gamma,x', options],
        [BATCH_NORM_TRAIN_GRAD, 'beta,dy,gamma,mean,variance,x', options],
      ]);
    } finally {
      for (const undo of takeOut) undo();
    }
  });

  it.each([
    ['rank 1', () => batchNormTrain(tf.zeros([3]), tf.ones([3]), tf.zeros([3])), 'SHAPE_MISMATCH'],
    [
      'gamma',
      () => batchNormTrain(tf.zeros([2, 3]), tf.ones([2]), tf.zeros([3])),
      'SHAPE_MISMATCH',
    ],
    ['beta', () => batchNormTrain(tf.zeros([2, 3]), tf.ones([3]), tf.zeros([2])), 'SHAPE_MISMATCH'],
    [
      'epsilon',
      () => batchNormTrain(tf.zeros([2, 3]), tf.ones([3]), tf.zeros([3]), { epsilon: -1 }),
      'OUT_OF_RANGE',
    ],
  ])('refuses a wrong %s', (_, call, code) => {
    expect(call).toThrow(expect.objectContaining({ code }));
  });
});
