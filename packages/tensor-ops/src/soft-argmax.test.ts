import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseNpy } from '@pose-distill/internal-formats';
import {
  forEachBackend,
  goldenOrReference,
  largestDifference,
} from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { softArgmax, spatialSoftmax } from './soft-argmax.js';

const folder = (beta: number): string | undefined =>
  goldenOrReference(
    new URL(`../test/golden/soft-argmax-beta${beta}`, import.meta.url),
    'codecs',
    `soft-argmax-beta${beta}`,
  );

function read(path: string): { data: Float32Array; shape: readonly number[] } {
  const { data, shape } = parseNpy(new Uint8Array(readFileSync(path)));
  return { data: data as Float32Array, shape };
}

function toNhwc(path: string): tf.Tensor4D {
  const { data, shape } = read(path);
  const maps = tf.tensor4d(data, [...shape] as [number, number, number, number]);
  return tf.transpose(maps, [0, 2, 3, 1]);
}

forEachBackend(() => {
  describe.each([1, 10])('at beta %d', (beta) => {
    const path = folder(beta);

    it.skipIf(path === undefined)('gives the positions of mmpose', async () => {
      const logits = toNhwc(join(path!, 'features.npy'));
      const expected = read(join(path!, 'coords.npy'));
      const positions = softArgmax(logits, { beta });
      expect(positions.shape).toEqual(expected.shape);
      const difference = largestDifference(await positions.data(), expected.data);
      expect(difference).toBeLessThan(1e-6);
    });

    it.skipIf(path === undefined)('gives the probabilities of mmpose', async () => {
      const logits = toNhwc(join(path!, 'features.npy'));
      const expected = toNhwc(join(path!, 'softmax.npy'));
      const softmax = spatialSoftmax(logits, { beta });
      expect(softmax.shape).toEqual(expected.shape);
      const difference = largestDifference(await softmax.data(), await expected.data());
      expect(difference).toBeLessThan(1e-6);
    });
  });

  it('reads a single hot pixel in each space', async () => {
    const logits = tf.buffer([1, 4, 8, 1]);
    logits.set(1000, 0, 3, 6, 0);
    const maps = logits.toTensor() as tf.Tensor4D;
    expect([...(await softArgmax(maps).data())]).toEqual([6 / 8, 3 / 4]);
    expect([...(await softArgmax(maps, { space: 'heatmap' }).data())]).toEqual([6, 3]);
  });

  it('gives the mean pixel of a flat map and stays finite for huge logits', async () => {
    const flat = softArgmax(tf.fill([2, 3, 5, 2], 1e30) as tf.Tensor4D, { space: 'heatmap' });
    expect(largestDifference(await flat.data(), [2, 1, 2, 1, 2, 1, 2, 1])).toBeLessThan(1e-6);
  });

  it('needs no installed gradients, leaves only its result, and sums to one', async () => {
    const logits = tf.randomUniform([2, 3, 5, 2], -3, 3, 'float32', 7) as tf.Tensor4D;
    expect(tf.getGradient(tf.Softmax)).toBeUndefined();
    const before = tf.memory().numTensors;
    const gradient = tf.grad((x) => softArgmax(x as tf.Tensor4D))(logits);
    expect(tf.memory().numTensors).toBe(before + 1);
    // Moving all logits of a map together changes nothing, so the gradient sums to zero.
    const sums = tf.sum(gradient, [1, 2]);
    expect(largestDifference(await sums.data(), [0, 0, 0, 0])).toBeLessThan(1e-6);
    const ones = tf.sum(spatialSoftmax(logits), [1, 2]);
    expect(largestDifference(await ones.data(), [1, 1, 1, 1])).toBeLessThan(1e-6);
  });

  it('refuses other ranks and a beta that is no number', () => {
    const wrongRank = tf.zeros([3, 4, 2]) as unknown as tf.Tensor4D;
    expect(() => softArgmax(wrongRank)).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
    );
    const call = () => spatialSoftmax(tf.zeros([1, 2, 2, 1]) as tf.Tensor4D, { beta: NaN });
    expect(call).toThrow(expect.objectContaining({ code: 'OUT_OF_RANGE' }));
  });
});
