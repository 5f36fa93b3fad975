import { readFileSync } from 'node:fs';
import {
  forEachBackend,
  largestDifference,
  largestMagnitude,
} from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { adamScalars, adamUpdate } from './adam-update.js';
import { ADAM_UPDATE } from './kernels.js';

interface Golden {
  readonly adam: readonly {
    readonly name: string;
    readonly options: { learningRate: number; weightDecay: number; beta1: number; beta2: number };
    readonly weights: number[];
    readonly decayMask: number[];
    readonly gradients: number[][];
    readonly weightsAfter: number[][];
    readonly m: number[];
    readonly v: number[];
  }[];
}

const path = new URL('../test/golden/optimizer.json', import.meta.url);
const golden = JSON.parse(readFileSync(path, 'utf8')) as Golden;

// A weight near 2 is rounded once per step (1.2e-7), twelve times.
const WEIGHT_TOLERANCE = 1.5e-6;

const row = (values: ArrayLike<number>): tf.Tensor1D => tf.tensor1d(Float32Array.from(values));

forEachBackend((backend) => {
  describe('adamUpdate', () => {
    it.each(golden.adam)('follows PyTorch step by step: $name', async (each) => {
      let weights = row(each.weights);
      let m = row(each.weights.map(() => 0));
      let v = row(each.weights.map(() => 0));
      for (const [i, values] of each.gradients.entries()) {
        const scalars = row(adamScalars({ ...each.options, step: i + 1 }));
        const inputs = { weights, m, v, gradient: row(values), scalars };
        const next = adamUpdate({ ...inputs, decayMask: row(each.decayMask) });
        ({ weights, m, v } = next);
        const difference = largestDifference(await weights.data(), each.weightsAfter[i]!);
        expect(difference).toBeLessThan(WEIGHT_TOLERANCE);
      }
      // The slots carry float32's rounding of 1 - beta (1e-5 of it), which the corrections take out.
      const last = adamScalars({ ...each.options, step: each.gradients.length });
      for (const [slot, beta, correction, exact] of [
        [m, each.options.beta1, last[5]!, each.m],
        [v, each.options.beta2, last[6]!, each.v],
      ] as const) {
        const expected = exact.map((value) => value / (1 - beta ** each.gradients.length));
        const corrected = Array.from(await slot.data(), (value) => value * correction);
        const difference = largestDifference(corrected, expected);
        expect(difference).toBeLessThan(1e-6 * largestMagnitude(expected));
      }
    });

    it('decays everything without a mask', async () => {
      const [weights, zeros] = [row([2, -4]), row([0, 0])];
      const scalars = row(adamScalars({ learningRate: 0.5, step: 1, weightDecay: 0.25 }));
      const next = adamUpdate({ weights, m: zeros, v: zeros, gradient: zeros, scalars });
      expect([...(await next.weights.data())]).toEqual([1.75, -3.5]);
    });

    it('makes three new tensors and changes none', async () => {
      const [weights, m, v, gradient] = [row([1, 2]), row([0, 0]), row([0, 0]), row([1, -1])];
      const scalars = row(adamScalars({ learningRate: 0.1, step: 1 }));
      const before = tf.memory().numTensors;
      const next = adamUpdate({ weights, m, v, gradient, scalars });
      expect(tf.memory().numTensors).toBe(before + 3);
      expect([...(await weights.data())]).toEqual([1, 2]);
      expect([...(await m.data())]).toEqual([0, 0]);
      // The first step goes by the learning rate against the sign of the gradient.
      expect(largestDifference(await next.weights.data(), [0.9, 2.1])).toBeLessThan(1e-6);
    });

    it('runs the kernel of the backend when it exists', async () => {
      const seen: string[] = [];
      tf.registerKernel({
        kernelName: ADAM_UPDATE,
        backendName: backend,
        kernelFunc: ({ inputs }) => {
          seen.push(Object.keys(inputs).sort().join());
          return [tf.fill([1], 1), tf.fill([1], 2), tf.fill([1], 3)];
        },
      });
      try {
        const one = row([0]);
        const scalars = row(adamScalars({ learningRate: 1, step: 1 }));
        const inputs = { weights: one, m: one, v: one, gradient: one, scalars };
        const { weights, m, v } = adamUpdate(inputs);
        const values = await Promise.all([weights, m, v].map(async (t) => (await t.data())[0]));
        expect(values).toEqual([1, 2, 3]);
        adamUpdate({ ...inputs, decayMask: one });
        expect(seen).toEqual([
          'gradient,m,scalars,v,weights',
          'decayMask,gradient,m,scalars,v,weights',
        ]);
      } finally {
        tf.unregisterKernel(ADAM_UPDATE, backend);
      }
    });

    it('refuses tensors of other shapes', () => {
      const [two, three] = [row([1, 2]), row([1, 2, 3])];
      const scalars = row(adamScalars({ learningRate: 1, step: 1 }));
      const inputs = { weights: two, m: two, v: two, gradient: three, scalars };
      const error = expect.objectContaining({ code: 'SHAPE_MISMATCH' });
      expect(() => adamUpdate(inputs)).toThrow(error);
      expect(() => adamUpdate({ ...inputs, gradient: two, scalars: three })).toThrow(error);
    });
  });
});

describe('adamScalars', () => {
  it('corrects with the betas that float32 holds', () => {
    const scalars = adamScalars({ learningRate: 0.1, step: 3, beta1: 0.9, beta2: 0.999 });
    const beta2 = Math.fround(0.999);
    expect(scalars).toHaveLength(7);
    expect(scalars[6]).toBe(Math.fround(1 / (1 - beta2 ** 3)));
    // The weights of the three gradients in the corrected second moment sum to one.
    const sum = (1 - beta2) * (1 + beta2 + beta2 ** 2);
    expect(sum * scalars[6]!).toBeCloseTo(1, 6);
  });

  it.each([
    { learningRate: 1, step: 0 },
    { learningRate: 1, step: 1, beta1: 1 },
    { learningRate: 1, step: 1, beta2: -0.1 },
    { learningRate: 1, step: 1, beta2: 0.99999999999 },
  ])('refuses %j', (options) => {
    expect(() => adamScalars(options)).toThrow(expect.objectContaining({ code: 'OUT_OF_RANGE' }));
  });
});
