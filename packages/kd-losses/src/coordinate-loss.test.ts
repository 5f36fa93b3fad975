import {
  forEachBackend,
  largestDifference,
  largestMagnitude,
} from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { gradientError } from '../test/finite-differences.js';
import { LossError, l1Loss, mseLoss, smoothL1Loss } from './index.js';

const read = async (value: tf.Tensor): Promise<number> => (await value.data())[0]!;

const LOSSES = {
  smoothL1: smoothL1Loss,
  l1: l1Loss,
  mse: mseLoss,
} as const;

describe('coordinate losses', () => {
  forEachBackend(() => {
    it('are what they are by hand', async () => {
      const predicted = tf.tensor3d([0, 0.5, 3, -4], [1, 2, 2]);
      const target = tf.zeros([1, 2, 2]) as tf.Tensor3D;
      expect(await read(l1Loss(predicted, target))).toBeCloseTo(7.5 / 4, 6);
      expect(await read(mseLoss(predicted, target))).toBeCloseTo(25.25 / 4, 6);
      expect(await read(smoothL1Loss(predicted, target))).toBeCloseTo((0.125 + 2.5 + 3.5) / 4, 6);
      const wide = smoothL1Loss(predicted, target, undefined, { threshold: 4 });
      expect(await read(wide)).toBeCloseTo((0.03125 + 1.125 + 2) / 4, 6);
      // Weights scale the error, on both sides alike: 0.5 * 3 = 1.5 and 0.5 * -4 = -2.
      const weights = tf.tensor2d([0, 0.5], [1, 2]);
      expect(await read(smoothL1Loss(predicted, target, weights))).toBeCloseTo((1 + 1.5) / 4, 6);
    });

    for (const [name, loss] of Object.entries(LOSSES))
      it(`${name} has the gradient that central differences give, for every form of weights`, async () => {
        const predicted = tf.tensor3d([0.1, 0.7, -0.4, 1.6, 2.4, -3.1], [1, 3, 2]);
        const target = tf.tensor3d([0.3, 0.2, 0.4, -0.1, 0.2, 0.5], [1, 3, 2]);
        for (const weights of [
          undefined,
          tf.tensor2d([1, 0, 0.5], [1, 3]),
          tf.tensor3d([1, 0, 0.5], [1, 3, 1]),
          tf.tensor3d([1, 0.2, 0, 0.5, 0.7, 1], [1, 3, 2]),
        ]) {
          const error = await gradientError(
            (x) => loss(x as tf.Tensor3D, target, weights),
            predicted,
            0.01,
          );
          expect(error).toBeLessThan(1e-3);
        }
      });

    it('ignore targets of weight 0, whatever they are, and stay finite for huge errors', async () => {
      const predicted = tf.tensor3d([1, 2, 1e18, -1e18], [1, 2, 2]);
      const target = tf.tensor3d([Number.NaN, Infinity, 0, 0], [1, 2, 2]);
      for (const loss of Object.values(LOSSES)) {
        const none = tf.tensor2d([0, 0], [1, 2]);
        expect(await read(loss(predicted, target, none))).toBe(0);
        const second = tf.tensor2d([0, 1], [1, 2]);
        expect(await read(loss(predicted, target, second))).toBeGreaterThan(0);
        const gradient = tf.grad((x) => loss(x as tf.Tensor3D, target, second))(predicted);
        expect(Array.from(await gradient.data()).every(Number.isFinite)).toBe(true);
      }
    });

    it('hold the target constant unless asked', async () => {
      const predicted = tf.tensor3d([1, 2], [1, 1, 2]);
      const target = tf.tensor3d([0, 4], [1, 1, 2]);
      for (const loss of Object.values(LOSSES)) {
        const gradients = (options: { detachTarget?: boolean }) =>
          tf.grads((p, t) => loss(p as tf.Tensor3D, t as tf.Tensor3D, undefined, options))([
            predicted,
            target,
          ]);
        const [forward, none] = gradients({});
        expect(largestMagnitude(await forward!.data())).toBeGreaterThan(0);
        expect(largestMagnitude(await none!.data())).toBe(0);
        const [again, back] = gradients({ detachTarget: false });
        const negative = Array.from(await again!.data(), (v) => -v);
        expect(largestDifference(await back!.data(), negative)).toBe(0);
      }
    });

    it('leave no tensor behind', () => {
      const predicted = tf.tensor3d([1, 2], [1, 1, 2]);
      const target = tf.tensor3d([0, 4], [1, 1, 2]);
      const weights = tf.ones([1, 1]);
      const before = tf.memory().numTensors;
      for (const loss of Object.values(LOSSES)) {
        loss(predicted, target, weights).dispose();
        tf.grad((x) => loss(x as tf.Tensor3D, target, weights))(predicted).dispose();
      }
      expect(tf.memory().numTensors).toBe(before);
    });
  });

  it('refuse what does not fit', () => {
    const points = tf.zeros([1, 3, 2]) as tf.Tensor3D;
    expect(() => l1Loss(points, tf.zeros([1, 2, 2]) as tf.Tensor3D)).toThrow(LossError);
    expect(() => l1Loss(points, points, tf.zeros([3]))).toThrow(
      /\[1,3\] or \[1,3,1\] or \[1,3,2\]/,
    );
    expect(() => smoothL1Loss(points, points, undefined, { threshold: 0 })).toThrow(LossError);
  });
});
