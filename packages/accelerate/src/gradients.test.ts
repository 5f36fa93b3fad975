import { hasBackend, startBackend } from '@pose-distill/internal-testing';
import { installGradients } from '@pose-distill/tensor-ops';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { values } from '../test/heap.js';
import { accelerateWasm } from './accelerate-wasm.js';

type Function = (x: tf.Tensor) => tf.Tensor;

/** Ops whose gradients take another way with the kernels. */
const ops: readonly [string, Function][] = [
  ['relu', (x) => tf.relu(x)],
  ['relu6', (x) => tf.relu6(tf.mul(x, 5))],
  ['leakyRelu', (x) => tf.leakyRelu(x, 0.2)],
  ['clipByValue', (x) => tf.clipByValue(x, -0.5, 0.75)],
  ['softmax', (x) => tf.softmax(x)],
  ['sum over the middle', (x) => tf.sum(x, 1)],
  ['sum over the ends', (x) => tf.sum(x, [0, 2])],
  ['mean of all', (x) => tf.mean(x)],
  ['mean over the last, kept', (x) => tf.mean(x, -1, true)],
  ['max', (x) => tf.max(x, 1)],
  ['product', (x) => tf.matMul(tf.reshape(x, [6, 5]), tf.reshape(x, [5, 6]))],
  ['stridedSlice', (x) => tf.stridedSlice(x, [0, 2, 4], [2, 0, 0], [1, -1, -2])],
];

describe.skipIf(!hasBackend('wasm'))('gradients with the kernels', () => {
  let uninstall: () => void;
  beforeAll(async () => {
    await startBackend('wasm');
    uninstall = installGradients().undo;
  });
  afterAll(() => uninstall());

  /** First and second derivative of the op along fixed directions. */
  async function derivatives(op: Function): Promise<Float32Array[]> {
    const x = tf.tensor(values(41, 30), [2, 3, 5]);
    const weigh = (y: tf.Tensor): tf.Tensor =>
      tf.sum(tf.mul(tf.mul(y, y), tf.reshape(tf.tensor(values(42, y.size)), y.shape)));
    const first = tf.grad((z) => weigh(op(z)));
    const direction = tf.tensor(values(43, 30), [2, 3, 5]);
    const second = tf.grad((z) => tf.sum(tf.mul(first(z), direction)));
    const results = tf.tidy(() => [first(x), second(x)]);
    return Promise.all(results.map((result) => result.data<'float32'>()));
  }

  it.each(
    ops.filter(([name]) => name !== 'max' && name !== 'stridedSlice'),
  )('%s, first and second, as without them', async (_, op) => {
    const composed = await derivatives(op);
    const accelerated = await accelerateWasm();
    const fast = await derivatives(op);
    accelerated.undo();
    composed.forEach((expected, order) => {
      const scale = Math.max(1, ...expected.map(Math.abs));
      expected.forEach((value, i) => {
        expect(Math.abs(fast[order]![i]! - value) / scale).toBeLessThan(4e-6);
      });
      expect(expected.some((value) => value !== 0)).toBe(true);
    });
  });

  it.each(
    ops.filter(([name]) => name === 'max' || name === 'stridedSlice'),
  )('%s, first, as without them', async (_, op) => {
    const x = tf.tensor(values(44, 30), [2, 3, 5]);
    const run = (): Promise<Float32Array> =>
      tf
        .grad((z) => tf.square(op(z)))(x)
        .data<'float32'>();
    const composed = await run();
    const accelerated = await accelerateWasm();
    expect(await run()).toEqual(composed);
    accelerated.undo();
  });

  it('leaks nothing', async () => {
    const accelerated = await accelerateWasm();
    const x = tf.tensor(values(45, 30), [2, 3, 5]);
    const before = tf.memory();
    for (const [, op] of ops) tf.dispose(tf.grad((z) => op(z))(x));
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
    accelerated.undo();
  });
});
