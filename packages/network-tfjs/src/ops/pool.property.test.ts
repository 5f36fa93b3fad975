import {
  forEachBackend,
  largestDifference,
  largestMagnitude,
} from '@pose-distill/internal-testing';
import {
  adaptiveAveragePool,
  avgPool,
  defineNetwork,
  input,
  maxPool,
  NetworkError,
  resizeBilinear,
  type Value,
} from '@pose-distill/network';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { it } from 'vitest';
import { evaluate } from '../../../network/test/evaluate.js';
import { randomMaps } from '../../../network/test/random-weights.js';
import { run } from '../index.js';

const few = (max: number, min = 1) => fc.integer({ min, max });
const size = (max: number, min = 1) => fc.record({ width: few(max, min), height: few(max, min) });

const pool = fc.record({
  seed: few(1e6),
  batch: few(2),
  input: size(11),
  channels: few(5),
  kernel: size(5),
  strides: size(4),
  padding: few(2, 0),
  ceilMode: fc.boolean(),
  countPadding: fc.boolean(),
});
const resized = fc.record({
  seed: few(1e6),
  batch: few(2),
  input: size(11),
  channels: few(5),
  size: size(13),
  alignCorners: fc.boolean(),
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
    const maps = randomMaps([batch, ...image.shape], seed);
    const expected = evaluate(network, {}, { image: maps }).y!;
    const x = tf.tensor(Float32Array.from(maps.data), [...maps.shape]);
    const { outputs } = run(network, {}, { image: x });
    const difference = largestDifference(await outputs.y!.data(), expected.data);
    tf.dispose([x, outputs]);
    if (!(difference <= 1e-5 * Math.max(1, largestMagnitude(expected.data))))
      throw new Error(`differs by ${difference}`);
  };

  it('pools of any geometry equal plain loops', async () => {
    await fc.assert(
      fc.asyncProperty(pool, async (p) => {
        // As in PyTorch, no window may lie in the padding alone.
        fc.pre(2 * p.padding <= Math.min(p.kernel.width, p.kernel.height));
        const image = input('image', { ...p.input, channels: p.channels });
        const { countPadding, ...options } = p;
        for (const make of [
          () => maxPool(image, options),
          () => avgPool(image, { ...options, countPadding }),
        ]) {
          const value = build(make);
          if (value) await check(value, image, p.batch, p.seed);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('adaptive pools and bilinear resizing to any size equal plain loops', async () => {
    await fc.assert(
      fc.asyncProperty(resized, async (r) => {
        const image = input('image', { ...r.input, channels: r.channels });
        await check(adaptiveAveragePool(image, r), image, r.batch, r.seed);
        await check(resizeBilinear(image, r), image, r.batch, r.seed);
      }),
      { numRuns: 100 },
    );
  });
});
