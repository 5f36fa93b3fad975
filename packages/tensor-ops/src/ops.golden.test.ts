import { readFileSync } from 'node:fs';
import {
  forEachBackend,
  largestDifference,
  largestMagnitude,
} from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gelu, hardSigmoid, hardSwish, silu } from './activations.js';
import { type GroupedConv2dOptions, groupedConv2d } from './grouped-conv2d.js';
import { type InstalledGradients, installGradients } from './install-gradients.js';
import { type LayerNormOptions, layerNorm } from './layer-norm.js';
import { channelShuffle, pixelShuffle } from './shuffle.js';

interface Values {
  readonly shape: number[];
  readonly values: number[];
}

interface Golden {
  readonly name: string;
  readonly op: keyof typeof ops;
  readonly options: GroupedConv2dOptions & LayerNormOptions & { factor: number };
  readonly inputs: readonly Values[];
  readonly dy: Values;
  readonly y: Values;
  readonly gradients: readonly Values[];
}

type Four = tf.Tensor4D;
type One = tf.Tensor1D;
const ops = {
  groupedConv2d: (options: Golden['options'], x: tf.Tensor, filter: tf.Tensor) =>
    groupedConv2d(x as Four, filter as Four, options),
  layerNorm: (options: Golden['options'], x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) =>
    layerNorm(x, gamma as One, beta as One, options),
  gelu: (_: unknown, x: tf.Tensor) => gelu(x),
  silu: (_: unknown, x: tf.Tensor) => silu(x),
  hardSigmoid: (_: unknown, x: tf.Tensor) => hardSigmoid(x),
  hardSwish: (_: unknown, x: tf.Tensor) => hardSwish(x),
  pixelShuffle: ({ factor }: Golden['options'], x: tf.Tensor) => pixelShuffle(x as Four, factor),
  channelShuffle: ({ groups }: Golden['options'], x: tf.Tensor) => channelShuffle(x, groups!),
};

const path = new URL('../test/golden/ops.json', import.meta.url);
const golden = JSON.parse(readFileSync(path, 'utf8')) as Golden[];

// float32 sums of a few dozen products, relative to the largest value; a mean of 40 beside a deviation of 0.5 is known to
// 80 times less.
const tolerance = (name: string): number => (name === 'far from zero' ? 1e-5 : 2e-6);

const tensor = ({ values, shape }: Values): tf.Tensor => tf.tensor(values, shape, 'float32');

async function error(actual: tf.Tensor, expected: Values): Promise<number> {
  expect(actual.shape).toEqual(expected.shape);
  const difference = largestDifference(await actual.data(), expected.values);
  return difference / largestMagnitude(expected.values);
}

forEachBackend(() => {
  describe.each([
    ['by themselves', false],
    ['with installGradients', true],
  ])('ops and their gradients agree with PyTorch, %s', (_, install) => {
    let gradients: InstalledGradients | undefined;
    beforeAll(() => {
      if (install) gradients = installGradients();
    });
    afterAll(() => gradients?.undo());

    it.each(golden)('$op: $name', async (each) => {
      const { op, options, inputs, dy, y, gradients: expected } = each;
      const before = tf.memory().numTensors;
      const run = ops[op] as (options: unknown, ...inputs: tf.Tensor[]) => tf.Tensor;
      const f = (...at: tf.Tensor[]): tf.Tensor => run(options, ...at);
      const at = inputs.map(tensor);
      const value = f(...at);
      expect(await error(value, y)).toBeLessThan(tolerance(each.name));
      const upstream = tensor(dy);
      const found = tf.grads(f)(at, upstream);
      for (const [i, gradient] of found.entries()) {
        expect(await error(gradient, expected[i]!)).toBeLessThan(tolerance(each.name));
      }
      tf.dispose([...at, value, upstream, ...found]);
      expect(tf.memory().numTensors).toBe(before);
    });
  });
});
