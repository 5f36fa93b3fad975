import { largestDifference, largestMagnitude } from '@pose-distill/internal-testing';
import { defineNetwork, NetworkError, type Value } from '@pose-distill/network';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { evaluate } from '../../network/test/evaluate.js';
import { randomMaps, randomWeights } from '../../network/test/random-weights.js';
import { run, toTensors } from '../src/index.js';

export const few = (max: number, min = 1): fc.Arbitrary<number> => fc.integer({ min, max });

export const size = (
  max: number,
  min = 1,
): fc.Arbitrary<{ readonly width: number; readonly height: number }> =>
  fc.record({ width: few(max, min), height: few(max, min) });

/** Runs what is made of the image on tfjs and as loops in double precision. Shapes without a result are not tried. */
export async function checkEqualsLoops(
  image: Value,
  make: () => Value,
  { batch, seed }: { readonly batch: number; readonly seed: number },
): Promise<void> {
  const value = build(make);
  if (!value) return;
  const network = defineNetwork({ inputs: [image], outputs: { y: value } });
  const weights = randomWeights(network, seed);
  const maps = randomMaps([batch, ...image.shape], seed);
  const expected = evaluate(network, weights, { image: maps }).y!;
  const variables = toTensors(network, weights);
  const x = tf.tensor(Float32Array.from(maps.data), [...maps.shape]);
  const { outputs } = run(network, variables, { image: x });
  const difference = largestDifference(await outputs.y!.data(), expected.data);
  tf.dispose([variables, x, outputs]);
  if (!(difference <= 1e-5 * Math.max(1, largestMagnitude(expected.data))))
    throw new Error(`differs by ${difference}`);
}

/** Shapes without a result are the network package's to refuse. */
function build(make: () => Value): Value | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof NetworkError && error.code === 'SHAPE_MISMATCH') return undefined;
    throw error;
  }
}
