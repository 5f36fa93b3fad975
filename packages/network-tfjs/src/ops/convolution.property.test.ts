import {
  forEachBackend,
  largestDifference,
  largestMagnitude,
} from '@pose-distill/internal-testing';
import {
  conv2d,
  convTranspose2d,
  defineNetwork,
  input,
  NetworkError,
  relu6,
  type Value,
} from '@pose-distill/network';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { it } from 'vitest';
import { evaluate } from '../../../network/test/evaluate.js';
import { randomMaps, randomWeights } from '../../../network/test/random-weights.js';
import { run, toTensors } from '../index.js';

const few = (max: number, min = 1) => fc.integer({ min, max });
const size = (max: number, min = 1) => fc.record({ width: few(max, min), height: few(max, min) });
const geometry = fc.record({
  seed: few(1e6),
  batch: few(2),
  input: size(9, 2),
  multiple: few(3),
  groups: few(4),
  perGroup: few(3),
  kernel: size(4),
  strides: size(3),
  dilations: size(2),
  padding: fc.record({ top: few(2, 0), bottom: few(2, 0), left: few(2, 0), right: few(2, 0) }),
  bias: fc.boolean(),
  activated: fc.boolean(),
});

/** Shapes without a result are the network package's to refuse. */
function build(make: () => Value): Value | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof NetworkError && error.code === 'SHAPE_MISMATCH') return undefined;
    throw error;
  }
}

forEachBackend(() => {
  const check = async (value: Value, image: Value, batch: number, seed: number): Promise<void> => {
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
  };

  it('convolutions of any geometry equal plain loops', async () => {
    await fc.assert(
      fc.asyncProperty(geometry, async (g) => {
        const channels = g.groups * g.perGroup;
        const image = input('image', { ...g.input, channels });
        const value = build(() =>
          conv2d(image, { ...g, name: 'op', channels: g.groups * g.multiple }),
        );
        if (value) await check(g.activated ? relu6(value) : value, image, g.batch, g.seed);
      }),
      { numRuns: 150 },
    );
  });

  it('transposed convolutions of any geometry equal plain loops', async () => {
    await fc.assert(
      fc.asyncProperty(geometry, async (g) => {
        const image = input('image', { ...g.input, channels: g.perGroup });
        const outputPadding = {
          width: g.seed % g.strides.width,
          height: (g.seed >> 4) % g.strides.height,
        };
        const { kernel, strides, padding, bias } = g;
        const value = build(() =>
          convTranspose2d(image, {
            name: 'op',
            channels: g.multiple,
            kernel,
            strides,
            padding,
            outputPadding,
            bias,
          }),
        );
        if (value) await check(value, image, g.batch, g.seed);
      }),
      { numRuns: 150 },
    );
  });
});
