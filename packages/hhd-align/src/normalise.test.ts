import {
  forEachBackend,
  largestDifference,
  largestMagnitude,
} from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { gradientError } from '../test/finite-differences.js';
import { mapOf, tensorOfMaps, toReference } from '../test/maps.js';
import { normaliseHeatmaps } from './index.js';

describe('normaliseHeatmaps', () => {
  forEachBackend(() => {
    it('divides by the norm of the whole map, signs kept', async () => {
      const maps = tf.tensor4d([3, 1, -4, 3], [1, 1, 2, 2]);
      const l2 = await toReference(normaliseHeatmaps(maps));
      expect(largestDifference(l2, [0.6, -0.8, 1 / Math.sqrt(10), 3 / Math.sqrt(10)])).toBeLessThan(
        1e-7,
      );
      const l1 = await toReference(normaliseHeatmaps(maps, 'l1'));
      expect(largestDifference(l1, [3 / 7, -4 / 7, 0.25, 0.75])).toBeLessThan(1e-7);
      const softmax = await toReference(normaliseHeatmaps(maps, 'softmax'));
      const high = 1 / (1 + Math.exp(-7));
      const other = 1 / (1 + Math.exp(2));
      expect(largestDifference(softmax, [high, 1 - high, other, 1 - other])).toBeLessThan(1e-6);
      expect(await normaliseHeatmaps(maps, 'none').data()).toEqual(await maps.data());
    });

    it.each([
      'l2',
      'l1',
      'softmax',
      'none',
    ] as const)('has the gradient of %s that central differences give', async (mode) => {
      // Values stay away from 0, where |x| has its kink.
      const map = (salt: number) =>
        mapOf(
          4,
          3,
          (x, y) => (((x + y) % 2 ? 1 : -1) * (1 + Math.sin(salt + 3 * x + 5 * y))) / 2 + 0.2,
        );
      const maps = tensorOfMaps([map(0), map(1), map(2), map(3)], 2);
      const error = await gradientError((x) => normaliseHeatmaps(x, mode), maps, 0.005);
      expect(error).toBeLessThan(2e-3);
    });

    it('makes a map without a norm zero, and sends nothing back into it', async () => {
      const maps = tf.tensor4d([0, 1e-15, 0, -1e-15, 0, 0], [1, 3, 1, 2]);
      for (const mode of ['l2', 'l1'] as const) {
        expect(largestMagnitude(await normaliseHeatmaps(maps, mode).data())).toBe(0);
        const f = tf.grad((x) => normaliseHeatmaps(x as tf.Tensor4D, mode));
        expect(largestMagnitude(await f(maps, tf.ones([1, 3, 1, 2])).data())).toBe(0);
        const kept = await normaliseHeatmaps(maps, mode, { epsilon: 0 }).data();
        expect(kept.some((v) => v !== 0)).toBe(true);
      }
    });

    it('leaves no tensor behind', () => {
      const maps = tf.ones([1, 4, 4, 2]) as tf.Tensor4D;
      const before = tf.memory().numTensors;
      for (const mode of ['l2', 'l1', 'softmax', 'none'] as const)
        normaliseHeatmaps(maps, mode).dispose();
      expect(tf.memory().numTensors).toBe(before);
    });
  });
});
