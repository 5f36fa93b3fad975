import { hasBackend, largestDifference, startBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Activation, batchNorm, batchNormGradient } from '../test/batch-norm-loops.js';
import { kernel, values, withGuards } from '../test/heap.js';
import { type AcceleratedWasm, accelerateWasm } from './accelerate-wasm.js';

/** float32 rounding. */
const UNIT = 2 ** -24;

/** Roundings of the largest value that a normalisation of a few thousand values may be off. */
const ROUNDINGS = 32;

const shapes: number[][] = [
  ...[1, 3, 4, 5, 8, 14, 17, 24, 33, 96, 144].map((channels) => [2, 5, 7, channels]),
  [1, 1, 1, 6],
  [3, 1, 5, 16],
  [7, 3],
  [2, 300, 9],
  [2, 64, 48, 24],
  [5, 3, 2, 2, 7],
];

describe.skipIf(!hasBackend('wasm')).each([true, false])('relaxed %s', (relaxed) => {
  let accelerated: AcceleratedWasm;
  beforeAll(async () => {
    await startBackend('wasm');
    accelerated = await accelerateWasm({ relaxed });
  });
  afterAll(() => accelerated.undo());

  const near = (actual: ArrayLike<number>, expected: ArrayLike<number>, scale: number): void => {
    expect(largestDifference(actual, expected)).toBeLessThanOrEqual(ROUNDINGS * UNIT * scale);
  };
  const most = (list: ArrayLike<number>): number =>
    Array.from(list).reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);

  const activations: Activation[] = ['none', 'relu', 'relu6'];
  for (const shape of shapes) {
    it.each(
      activations,
    )(`normalises [${shape}] with %s, forward and backward`, async (activation) => {
      const size = tf.util.sizeFromShape(shape);
      const channels = shape[shape.length - 1]!;
      const epsilon = 1e-3;
      const x = values(3, size).map((v, i) => 3 * v + (i % channels));
      const gamma = values(4, channels).map((v) => 3 * v);
      const beta = values(5, channels).map((v) => 2 * v + 1);
      const dy = values(6, size);
      const broken = await withGuards(async () => {
        const inputs = { x: tf.tensor(x, shape), gamma: tf.tensor(gamma), beta: tf.tensor(beta) };
        const [y, mean, variance] = await kernel('BatchNormTrain', inputs, {
          epsilon,
          activation,
        });
        const exact = batchNorm(x, gamma, beta, epsilon, activation);
        // A mean of `channels` is stored to within its own rounding, and that much x is off the centre.
        const steep = most(
          Array.from(gamma, (g, c) => g / Math.sqrt(exact.variance[c]! + epsilon)),
        );
        near(y!, exact.y, Math.max(1, steep) * (channels + 3));
        near(mean!, exact.mean, channels + 3);
        near(variance!, exact.variance, most(exact.variance));
        const statistics = { mean: tf.tensor(mean!), variance: tf.tensor(variance!) };
        const attrs = { epsilon, activation };
        const [again] = await kernel('BatchNormApply', { ...inputs, ...statistics }, attrs);
        expect(again).toEqual(y);
        const dyTensor = tf.tensor(dy, shape);
        const [dx, dGamma, dBeta] = await kernel(
          'BatchNormTrainGrad',
          { dy: dyTensor, ...inputs, ...statistics },
          { epsilon, activation },
        );
        const slope = batchNormGradient(
          ...([dy, x, gamma, beta, mean!, variance!, epsilon, activation] as const),
        );
        const rows = size / channels;
        near(dx!, slope.dx, 4 * Math.max(1, steep));
        near(dGamma!, slope.dGamma, 2 * Math.sqrt(rows) + most(slope.dGamma));
        near(dBeta!, slope.dBeta, Math.sqrt(rows) + most(slope.dBeta));
        tf.dispose([inputs, statistics, dyTensor]);
      });
      expect(broken).toBe(0);
    });
  }

  it.each([0, 10, 1e3, 1e5])('keeps the variance right around a mean of %d', async (offset) => {
    const shape = [2, 40, 31, 5];
    const x = values(7, tf.util.sizeFromShape(shape)).map((v) => v + offset);
    // A first block unlike the rest: its mean says nothing about theirs.
    x.fill(offset, 0, 5 * 64);
    const ones = new Float32Array(5).fill(1);
    const exact = batchNorm(x, ones, ones, 1e-5, 'none');
    const inputs = { x: tf.tensor(x, shape), gamma: tf.tensor(ones), beta: tf.tensor(ones) };
    const attrs = { epsilon: 1e-5, activation: 'none' };
    const [, mean, variance] = await kernel('BatchNormTrain', inputs, attrs);
    tf.dispose(inputs);
    expect(largestDifference(mean!, exact.mean)).toBeLessThanOrEqual(2 * UNIT * (offset + 1));
    // The mean's own rounding is not in the variance: it is the spread around the exact mean.
    expect(largestDifference(variance!, exact.variance)).toBeLessThanOrEqual(4 * UNIT);
  });

  it('gives a constant channel the variance zero', async () => {
    const x = tf.fill([3, 5, 7, 3], 1234.567);
    const one = tf.ones([3]);
    const inputs = { x, gamma: one, beta: one };
    const [y, , variance] = await kernel('BatchNormTrain', inputs, {
      epsilon: 1e-5,
      activation: 'relu',
    });
    expect(Array.from(variance!)).toEqual([0, 0, 0]);
    expect(most(y!)).toBe(1);
    tf.dispose([x, one]);
  });

  it('does not hide a NaN', async () => {
    const data = values(8, 2 * 6 * 5 * 4);
    data[37] = Number.NaN;
    const x = tf.tensor(data, [2, 6, 5, 4]);
    const one = tf.ones([4]);
    const attrs = { epsilon: 1e-5, activation: 'relu6' };
    const [y, mean, variance] = await kernel('BatchNormTrain', { x, gamma: one, beta: one }, attrs);
    expect(Array.from(mean!, Number.isNaN)).toEqual([false, true, false, false]);
    expect(Array.from(variance!, Number.isNaN)).toEqual([false, true, false, false]);
    expect(y!.every((value, i) => Number.isNaN(value) === (i % 4 === 1))).toBe(true);
    tf.dispose([x, one]);
  });
});
