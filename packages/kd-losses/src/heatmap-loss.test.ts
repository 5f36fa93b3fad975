import {
  forEachBackend,
  largestDifference,
  largestMagnitude,
} from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gradientError } from '../test/finite-differences.js';
import { heatmapMseLoss, LossError } from './index.js';

const WEIGHTINGS = ['hrnet', 'mmpose-0', 'mmpose'] as const;

const read = async (value: tf.Tensor): Promise<number> => (await value.data())[0]!;

describe('heatmapMseLoss', () => {
  forEachBackend(() => {
    it('gives the three published forms by hand', async () => {
      const predicted = tf.tensor4d([3, 1, 5, 0], [1, 2, 1, 2]);
      const target = tf.tensor4d([1, 1, 2, 4], [1, 2, 1, 2]);
      const weights = tf.tensor2d([0.5, 1], [1, 2]);
      // Keypoint 0: errors 2, 3; keypoint 1: errors 0, -4.
      const expected = { mmpose: (0.5 * 13 + 16) / 4, 'mmpose-0': (0.25 * 13 + 16) / 4 };
      const loss = (weighting: (typeof WEIGHTINGS)[number]) =>
        heatmapMseLoss(predicted, target, weights, { weighting });
      expect(await read(loss('mmpose'))).toBeCloseTo(expected.mmpose, 6);
      expect(await read(loss('mmpose-0'))).toBeCloseTo(expected['mmpose-0'], 6);
      expect(await read(loss('hrnet'))).toBeCloseTo(expected['mmpose-0'] / 2, 6);
      expect(await read(heatmapMseLoss(predicted, target))).toBeCloseTo(29 / 4, 6);
    });

    it("agrees with OKDHP's worked example", async () => {
      const nhwc = (value: (i: number) => number) =>
        tf.tidy(() => {
          const data = Float32Array.from({ length: 96 }, (_, i) => value(i));
          return tf.transpose(tf.tensor4d(data, [2, 3, 4, 4]), [0, 2, 3, 1]) as tf.Tensor4D;
        });
      const output = nhwc((i) => Math.sin(0.37 * i));
      const ensemble = nhwc((i) => Math.cos(0.21 * i));
      const weights = tf.tensor3d([1, 0, 1, 1, 1, 0], [2, 3, 1]);
      const loss = await read(heatmapMseLoss(output, ensemble, weights, { weighting: 'hrnet' }));
      expect(Math.abs(loss / 0.2677252638 - 1)).toBeLessThan(1e-6);
    });

    it('agrees with sums in doubles and with its own differences for any sizes', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.tuple(
            fc.integer({ min: 1, max: 3 }),
            fc.integer({ min: 1, max: 4 }),
            fc.integer({ min: 1, max: 4 }),
            fc.integer({ min: 1, max: 3 }),
          ),
          fc.constantFrom(...WEIGHTINGS),
          fc.integer({ min: 0, max: 1000 }),
          async (shape, weighting, seed) => {
            const [batch, height, width, keypoints] = shape;
            const size = batch * height * width * keypoints;
            const fill = (salt: number, length: number) =>
              Float32Array.from({ length }, (_, i) => Math.sin(seed + salt + 2.3 * i));
            const [a, b] = [fill(0, size), fill(9, size)];
            const w = fill(4, batch * keypoints).map((v) => Math.max(0, v));
            const weights = tf.tensor2d(w, [batch, keypoints]);
            const target = tf.tensor4d(b, shape);
            const f = (x: tf.Tensor) =>
              heatmapMseLoss(x as tf.Tensor4D, target, weights, { weighting });
            let sum = 0;
            a.forEach((value, i) => {
              const sample = Math.floor(i / (height * width * keypoints));
              const weight = w[sample * keypoints + (i % keypoints)]!;
              sum += (weighting === 'mmpose' ? weight : weight ** 2) * (value - b[i]!) ** 2;
            });
            const expected = ((weighting === 'hrnet' ? 0.5 : 1) * sum) / size;
            const predicted = tf.tensor4d(a, shape);
            expect(Math.abs((await read(f(predicted))) - expected)).toBeLessThan(
              1e-6 * Math.max(1, expected),
            );
            if (w.some((v) => v > 0.05))
              expect(await gradientError(f, predicted, 0.05)).toBeLessThan(2e-3);
          },
        ),
        { numRuns: 15, seed: 20210303 },
      );
    });

    it('sends nothing into a target held constant, and the opposite into one that is not', async () => {
      const predicted = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
      const target = tf.tensor4d([0, 2, 5, 3], [1, 2, 2, 1]);
      const gradients = (detachTarget?: boolean) =>
        tf.grads((p, t) =>
          heatmapMseLoss(
            p as tf.Tensor4D,
            t as tf.Tensor4D,
            undefined,
            detachTarget === undefined ? {} : { detachTarget },
          ),
        )([predicted, target]);
      const [forward, none] = gradients();
      expect([...(await forward!.data())]).toEqual([0.5, 0, -1, 0.5]);
      expect(largestMagnitude(await none!.data())).toBe(0);
      const [, back] = gradients(false);
      expect(largestDifference(await back!.data(), [-0.5, 0, 1, -0.5])).toBe(0);
    });

    it('leaves out weighted-out and empty maps, and stays finite for huge ones', async () => {
      const predicted = tf.tensor4d([1e30, 1, -1e30, 1], [1, 2, 1, 2]);
      const target = tf.tensor4d([0, 0, 0, 3], [1, 2, 1, 2]);
      for (const weighting of WEIGHTINGS) {
        const factor = weighting === 'hrnet' ? 0.5 : 1;
        const masked = heatmapMseLoss(predicted, target, tf.tensor2d([0, 1], [1, 2]), {
          weighting,
        });
        expect(await read(masked)).toBeCloseTo((factor * 5) / 4, 6);
        const skipped = heatmapMseLoss(predicted, target, undefined, {
          weighting,
          skipEmptyMaps: true,
        });
        expect(await read(skipped)).toBeCloseTo((factor * 5) / 4, 6);
        const gradient = tf.grad((x) =>
          heatmapMseLoss(x as tf.Tensor4D, target, undefined, { weighting }),
        )(predicted);
        expect(Array.from(await gradient.data()).every(Number.isFinite)).toBe(true);
      }
      const zero = tf.zeros([2, 3, 3, 2]) as tf.Tensor4D;
      expect(await read(heatmapMseLoss(zero, zero, tf.zeros([2, 2])))).toBe(0);
    });

    it('keeps six digits over a whole batch of maps', async () => {
      const data = Float32Array.from({ length: 8 * 64 * 48 * 17 }, (_, i) => Math.sin(i) + 1.5);
      const predicted = tf.tensor4d(data, [8, 64, 48, 17]);
      const target = tf.zerosLike(predicted);
      const expected = data.reduce((sum, v) => sum + v * v, 0) / data.length;
      const loss = await read(heatmapMseLoss(predicted, target));
      expect(Math.abs(loss / expected - 1)).toBeLessThan(2e-6);
    });

    it('leaves no tensor behind', () => {
      const maps = tf.ones([1, 4, 4, 2]) as tf.Tensor4D;
      const target = tf.zeros([1, 4, 4, 2]) as tf.Tensor4D;
      const weights = tf.ones([1, 2]);
      const before = tf.memory().numTensors;
      heatmapMseLoss(maps, target, weights, { skipEmptyMaps: true }).dispose();
      tf.grad((x) => heatmapMseLoss(x as tf.Tensor4D, target, weights))(maps).dispose();
      expect(tf.memory().numTensors).toBe(before);
    });
  });

  it('refuses shapes and names it does not know', () => {
    const maps = tf.zeros([1, 4, 4, 2]) as tf.Tensor4D;
    const wide = tf.zeros([1, 4, 5, 2]) as tf.Tensor4D;
    expect(() => heatmapMseLoss(maps, wide)).toThrow(LossError);
    expect(() => heatmapMseLoss(maps, wide)).toThrow(/\[1,4,4,2\] and \[1,4,5,2\]/);
    expect(() => heatmapMseLoss(maps, maps, tf.zeros([2, 1]))).toThrow(/\[1,2\]/);
    expect(() => heatmapMseLoss(maps, maps, undefined, { weighting: 'other' as 'hrnet' })).toThrow(
      LossError,
    );
  });
});
