import { forEachBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkGradient } from './check-gradient.js';
import { type InstalledGradients, installGradients } from './install-gradients.js';

/** x² whose gradient is wrong by the given factor at one element. */
function almostSquare(factor: number, at: number): (x: tf.Tensor) => tf.Tensor {
  return (x) => {
    const square = tf.customGrad((...args) => {
      const input = args[0] as tf.Tensor;
      const gradFunc = (dy: tf.Tensor): tf.Tensor => {
        const wrong = Array.from({ length: input.size }, (_, i) => (i === at ? 2 * factor : 2));
        return tf.mul(dy, tf.mul(input, tf.tensor(wrong, input.shape)));
      };
      return { value: tf.square(input), gradFunc };
    });
    return square(x);
  };
}

forEachBackend(() => {
  let gradients: InstalledGradients;
  beforeAll(() => {
    gradients = installGradients();
  });
  afterAll(() => gradients.undo());

  it('accepts a right gradient and leaves no tensor', async () => {
    const x = tf.tensor2d([1, -2, 3, 0.5], [2, 2]);
    const before = tf.memory().numTensors;
    const report = await checkGradient(almostSquare(1, 0), [x]);
    expect(report).toMatchObject({ passed: true, checked: 4 });
    expect(report.largestError).toBeLessThan(1e-4);
    expect(report.largestGradient).toBeGreaterThan(3);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('finds one element that is wrong by one percent', async () => {
    const x = tf.tensor1d([1, -2, 3, 0.5]);
    const report = await checkGradient(almostSquare(1.01, 2), [x]);
    expect(report.passed).toBe(false);
    expect(report.worst).toMatchObject({ input: 0, index: 2 });
    expect(report.worst!.analytic / report.worst!.numeric).toBeCloseTo(1.01, 3);
  });

  it('fails on a gradient that is not a number', async () => {
    const report = await checkGradient(almostSquare(NaN, 1), [tf.tensor1d([1, -2])]);
    expect(report).toMatchObject({ passed: false, largestError: Infinity });
  });

  it('agrees that a constant has gradient zero, and says that nothing was there', async () => {
    const report = await checkGradient((x) => tf.mul(x, 0), [tf.tensor1d([1, 2])]);
    expect(report).toMatchObject({ passed: true, largestGradient: 0, largestError: 0 });
  });

  it('tries as many elements as it is told', async () => {
    const inputs = [tf.range(0, 10), tf.range(1, 4)];
    const report = await checkGradient((a, b) => tf.add(tf.sum(tf.square(a)), tf.sum(b)), inputs, {
      samples: 5,
    });
    expect(report).toMatchObject({ passed: true, checked: 8 });
  });

  it('says which kernel has no gradient, and what to do', async () => {
    const turn = (x: tf.Tensor): tf.Tensor => tf.image.transform(x as tf.Tensor4D, tf.ones([1, 8]));
    const call = checkGradient(turn, [tf.ones([1, 2, 3, 1])]);
    await expect(call).rejects.toMatchObject({ code: 'MISSING_GRADIENT' });
    await expect(call).rejects.toThrow(/Transform has none.*installGradients/);
  });

  it.each([
    ['no input', (): tf.Tensor[] => []],
    ['indices', () => [tf.tensor1d([1, 2], 'int32')]],
  ])('refuses %s', async (_, inputs) => {
    const call = checkGradient((x) => tf.cast(x, 'float32'), inputs());
    await expect(call).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' });
  });

  it.each([{ step: 0 }, { step: NaN }, { samples: 0 }])('refuses %j', async (options) => {
    const call = checkGradient((x) => x, [tf.tensor1d([1])], options);
    await expect(call).rejects.toMatchObject({ code: 'OUT_OF_RANGE' });
  });
});
