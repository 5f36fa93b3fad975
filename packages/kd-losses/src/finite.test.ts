import { forEachBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyMaps } from '../test/any-maps.js';
import { everyLoss, findNaN, tensorsOf } from '../test/every-loss.js';

describe('no finite input gives NaN', () => {
  forEachBackend((backend) => {
    it.each(Object.keys(everyLoss))('%s', async (name) => {
      await fc.assert(
        fc.asyncProperty(anyMaps, async (drawn) => {
          const tensors = tensorsOf(drawn);
          const before = tf.memory().numTensors;
          expect(await findNaN(everyLoss[name]!(tensors))).toEqual([]);
          expect(tf.memory().numTensors).toBe(before);
          tf.dispose([
            ...tensors.maps,
            ...tensors.points,
            ...(tensors.weights ? [tensors.weights] : []),
          ]);
        }),
        { numRuns: backend === 'cpu' ? 150 : 100, seed: 20261121 },
      );
    });
  });
});
