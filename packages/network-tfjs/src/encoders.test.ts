import {
  forEachBackend,
  largestDifference,
  largestMagnitude,
} from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { encoderCases, meansOf } from '../../backbones/test/encoder-cases.js';
import { run, toTensors } from './index.js';

/** Share of the largest entry; float32 sums in another order. */
const TOLERANCE = 1e-4;

const closeness = (ours: ArrayLike<number>, theirs: readonly number[]): number =>
  largestDifference(ours, theirs) / largestMagnitude(theirs);

forEachBackend(() => {
  describe.each(encoderCases())('$name', ({ load }) => {
    it("equals PyTorch's module at every stride and in its logits", async () => {
      const { network, weights, image, features, logits } = load();
      const variables = toTensors(network, weights);
      const tensor = tf.tensor(image.data, [...image.shape]);
      const { outputs } = run(network, variables, { image: tensor });
      for (const [stride, expected] of Object.entries(features)) {
        const map = outputs[`stride${stride}`]!;
        const means = meansOf(await map.data(), map.shape.at(-1)!);
        expect(closeness(means.pixels, expected.pixels)).toBeLessThan(TOLERANCE);
        expect(closeness(means.channels, expected.channels)).toBeLessThan(TOLERANCE);
      }
      expect(closeness(await outputs.logits!.data(), logits)).toBeLessThan(TOLERANCE);
      tf.dispose([variables, tensor, outputs]);
    });
  });
}, ['wasm']);
