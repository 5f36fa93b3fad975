import {
  forEachBackend,
  largestDifference,
  largestMagnitude,
} from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeInput } from '../test/gradient-cases.js';
import { batchNormTrainAcross, type Gather } from './batch-norm-across.js';
import { batchNormTrain, type FusedActivation } from './batch-norm-train.js';
import { type InstalledGradients, installGradients } from './install-gradients.js';

const TOLERANCE = 2e-6;

/** What one pass over a batch, or over a part of it, gives. */
interface Pass {
  readonly y: Float32Array;
  readonly dx: Float32Array;
  readonly dgamma: Float32Array;
  readonly dbeta: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
  readonly count: number;
}

type Normalise = (
  x: tf.Tensor,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
) => { y: tf.Tensor; mean: tf.Tensor; variance: tf.Tensor; count: number };

/** Forward and backward of sum(y * dy) * scale. */
async function passOf(
  normalise: Normalise,
  [x, gamma, beta, dy]: readonly [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor],
  scale: number,
): Promise<Pass> {
  let made: ReturnType<Normalise> | undefined;
  const { value, grads } = tf.valueAndGrads((x, gamma, beta) => {
    made = normalise(x, gamma as tf.Tensor1D, beta as tf.Tensor1D);
    for (const kept of [made.y, made.mean, made.variance]) tf.keep(kept);
    return tf.mul(tf.sum(tf.mul(made.y, dy)), scale) as tf.Scalar;
  })([x, gamma, beta]);
  const { y, mean, variance, count } = made!;
  const [dx, dgamma, dbeta] = grads as [tf.Tensor, tf.Tensor, tf.Tensor];
  const read = await Promise.all(
    [y, dx, dgamma, dbeta, mean, variance].map(async (t) => (await t.data()) as Float32Array),
  );
  tf.dispose([value, y, mean, variance, ...grads]);
  return {
    ...{ y: read[0]!, dx: read[1]!, dgamma: read[2]!, dbeta: read[3]!, count },
    ...{ mean: read[4]!, variance: read[5]! },
  };
}

/**
 * Replicas in one thread, one after the other. What one says backward depends on what all said forward: in the third sweep
 * everybody has heard everything.
 */
async function replicas<T>(
  count: number,
  run: (rank: number, gather: Gather) => Promise<T>,
): Promise<T[]> {
  const said: Float32Array[][] = [];
  let results: T[] = [];
  for (let sweep = 0; sweep < 3; sweep++) {
    results = [];
    for (let rank = 0; rank < count; rank++) {
      let call = 0;
      const gather: Gather = (values) => {
        said[call] ??= [];
        said[call]![rank] = values;
        const heard = said[call++]!;
        return Array.from({ length: count }, (_, other) => heard[other] ?? values);
      };
      results.push(await run(rank, gather));
    }
  }
  return results;
}

forEachBackend(() => {
  let gradients: InstalledGradients;
  beforeAll(() => {
    gradients = installGradients();
  });
  afterAll(() => gradients.undo());

  it.each<[FusedActivation, readonly number[]]>([
    ['none', [2, 2]],
    ['relu', [3, 1]],
    ['relu6', [1, 2, 2]],
  ])('replicas give what the whole batch gives: %s, parts of %o', async (activation, sizes) => {
    const total = sizes.reduce((a, b) => a + b, 0);
    const channels = 5;
    const shape = [total, 3, 4, channels];
    const x = tf.add(tf.mul(makeInput({ shape }, 1), 3), tf.range(0, channels)) as tf.Tensor;
    const dy = makeInput({ shape }, 2);
    const gamma = tf.add(makeInput({ shape: [channels] }, 3), 2) as tf.Tensor;
    const beta = makeInput({ shape: [channels] }, 4);
    const options = { activation, epsilon: 1e-3 };
    const whole = await passOf(
      (...args) => ({ ...batchNormTrain(...args, options), count: 0 }),
      [x, gamma, beta, dy],
      1 / total,
    );
    const before = tf.memory().numTensors;
    const parts = await replicas(sizes.length, async (rank, gather) => {
      const from = sizes.slice(0, rank).reduce((a, b) => a + b, 0);
      const cut = (t: tf.Tensor) => tf.slice(t, [from, 0, 0, 0], [sizes[rank]!, ...shape.slice(1)]);
      const [own, ownDy] = [cut(x), cut(dy)];
      const pass = await passOf(
        (...args) => batchNormTrainAcross(...args, gather, options),
        [own, gamma, beta, ownDy],
        1 / sizes[rank]!,
      );
      tf.dispose([own, ownDy]);
      return pass;
    });
    expect(tf.memory().numTensors).toBe(before);

    const near = (got: ArrayLike<number>, expected: Float32Array, what: string) =>
      expect(largestDifference(got, expected) / largestMagnitude(expected), what).toBeLessThan(
        TOLERANCE,
      );
    const joined = (key: 'y' | 'dx', scale: (rank: number) => number) =>
      parts.flatMap((part, rank) => Array.from(part[key], (value) => value * scale(rank)));
    near(
      joined('y', () => 1),
      whole.y,
      'y',
    );
    near(
      joined('dx', (rank) => sizes[rank]! / total),
      whole.dx,
      'dx',
    );
    for (const key of ['dgamma', 'dbeta'] as const) {
      const sum = whole[key].map((_, i) =>
        parts.reduce((value, part, rank) => value + (sizes[rank]! / total) * part[key][i]!, 0),
      );
      near(sum, whole[key], key);
    }
    for (const part of parts) {
      near(part.mean, whole.mean, 'mean');
      near(part.variance, whole.variance, 'variance');
      expect(part.count).toBe(total * 12);
    }
  });
});
