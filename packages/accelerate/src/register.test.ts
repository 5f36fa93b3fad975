import { hasBackend, largestDifference, startBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { trainSmallModel } from '../test/layers-model.js';
import type { Registered } from './register.js';

describe.skipIf(!hasBackend('wasm'))('register', () => {
  let registered: Registered;
  beforeAll(async () => {
    // Nothing is imported or set before, as in a program whose only line about this is the import.
    ({ registered } = await import('./register.js'));
  });

  it('makes wasm current, with gradients and kernels, and says so', () => {
    expect(tf.getBackend()).toBe('wasm');
    expect(registered.backend).toBe('wasm');
    expect(registered.kernels).toContain('Conv2DBackpropFilter');
    expect(['plain', 'relaxed']).toContain(registered.build);
    expect(registered.composed).toContain('Einsum');
    expect(registered.gradients.map(({ kernel }) => kernel)).toContain('MaxPool');
  });

  // Adam divides by the gradient's size, so rounding shows where a gradient is almost nothing.
  it.each([
    ['Adam', () => tf.train.adam(0.001), 1e-4],
    ['gradient descent', () => tf.train.sgd(0.02), 1e-5],
  ])(
    'trains a model of tfjs-layers to the weights of the cpu backend by %s',
    async (_, optimizer, tolerance) => {
      await tf.setBackend('wasm');
      const here = await trainSmallModel(4, optimizer());
      expect(here.losses.at(-1)).toBeLessThan(here.losses[0]!);
      await startBackend('cpu');
      const onCpu = await trainSmallModel(4, optimizer());
      expect(here.weights.length).toBeGreaterThan(1000);
      expect(largestDifference(here.losses, onCpu.losses)).toBeLessThan(1e-4);
      expect(largestDifference(here.weights, onCpu.weights)).toBeLessThan(tolerance);
    },
    120_000,
  );

  it('can be undone, and then tfjs says why it cannot train', async () => {
    await tf.setBackend('wasm');
    registered.undo();
    expect(tf.getKernel('Conv2DBackpropFilter', 'wasm')).toBeUndefined();
    await expect(trainSmallModel(1)).rejects.toThrow(
      /Kernel 'Conv2DBackpropFilter' not registered for backend 'wasm'/,
    );
  });
});
