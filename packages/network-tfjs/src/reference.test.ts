import {
  forEachBackend,
  largestDifference,
  largestMagnitude,
} from '@pose-distill/internal-testing';
import { foldBatchNorm } from '@pose-distill/network';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { referenceCases } from '../../backbones/test/reference-cases.js';
import { run, toTensors } from './index.js';

/** Share of the output's largest entry; float32 sums in another order. */
const TOLERANCE = 1e-4;

forEachBackend(() => {
  describe.each(referenceCases())('$name', ({ network, weights, image, expected }) => {
    it.each([
      ['as written', () => ({ network, weights })],
      ['with batch norm folded', () => foldBatchNorm(network, weights)],
    ])('%s equals PyTorch at every stored point', async (_, give) => {
      const given = give();
      const variables = toTensors(given.network, given.weights);
      const tensor = tf.tensor(image.data, [...image.shape]);
      const { outputs, updates } = run(given.network, variables, { image: tensor });
      expect(updates).toEqual({});
      for (const [name, { data, shape }] of Object.entries(expected)) {
        expect(outputs[name]!.shape).toEqual(shape);
        const difference = largestDifference(await outputs[name]!.data(), data);
        expect(difference / largestMagnitude(data)).toBeLessThan(TOLERANCE);
      }
      tf.dispose([variables, tensor, outputs]);
    });
  });
});
