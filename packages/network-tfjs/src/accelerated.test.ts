import { accelerateWasm } from '@pose-distill/accelerate/wasm';
import {
  hasBackend,
  largestDifference,
  largestMagnitude,
  startBackend,
} from '@pose-distill/internal-testing';
import { foldBatchNorm } from '@pose-distill/network';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encoderCases } from '../../backbones/test/golden-encoders.js';
import { referenceCases } from '../../backbones/test/reference-cases.js';
import { encoderError } from '../test/encoder-error.js';
import { run, toTensors } from './index.js';

/** Share of the output's largest entry; float32 sums in another order. */
const TOLERANCE = 1e-4;

describe.skipIf(!hasBackend('wasm'))('on wasm with accelerated kernels', () => {
  let undo: () => void = () => {};
  beforeAll(async () => {
    await startBackend('wasm');
    undo = (await accelerateWasm()).undo;
  });
  afterAll(() => undo());

  it.each(referenceCases())('$name equals PyTorch, folded too', async (reference) => {
    const { network, weights, image, expected } = reference;
    for (const given of [{ network, weights }, foldBatchNorm(network, weights)]) {
      const variables = toTensors(given.network, given.weights);
      const tensor = tf.tensor(image.data, [...image.shape]);
      const { outputs } = run(given.network, variables, { image: tensor });
      for (const [name, { data }] of Object.entries(expected)) {
        const difference = largestDifference(await outputs[name]!.data(), data);
        expect(difference / largestMagnitude(data), name).toBeLessThan(TOLERANCE);
      }
      tf.dispose([variables, tensor, outputs]);
    }
  });

  it.each(encoderCases())('$name equals PyTorch, folded too', async ({ load }) => {
    const encoder = load();
    for (const folded of [false, true])
      expect(await encoderError(encoder, { folded })).toBeLessThan(TOLERANCE);
  });
});
