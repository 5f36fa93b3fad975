import {
  forEachBackend,
  largestDifference,
  largestMagnitude,
  startBackend,
} from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GradientCase, gradientCases, makeInput } from '../test/gradient-cases.js';
import { checkGradient } from './check-gradient.js';
import { registerFallbackKernels } from './fallback-kernels.js';
import { installGradients } from './install-gradients.js';

// Central differences of float32 values at a step of 0.01 are good to about 1e-4 of the gradient.
const TOLERANCE = 1e-3;

async function forward({ inputs, f }: GradientCase): Promise<Float32Array> {
  const output = tf.tidy(() => f(...inputs.map(makeInput)));
  const values = Float32Array.from(await output.data());
  output.dispose();
  return values;
}

forEachBackend((backend) => {
  /** What the corrected cpu backend gives. */
  const exact = async (each: GradientCase): Promise<Float32Array> => {
    await startBackend('cpu');
    const { undo } = registerFallbackKernels('cpu');
    const values = await forward(each);
    undo();
    await startBackend(backend);
    return values;
  };

  const wrong = gradientCases.filter(({ forwardWrongOn }) => forwardWrongOn?.includes(backend));
  it.each(wrong)('the own forward op is wrong: $name', async (each) => {
    const stock = await forward(each).catch(() => []);
    expect(largestDifference(stock, await exact(each))).toBeGreaterThan(0.01);
  });

  describe('with installGradients and registerFallbackKernels', () => {
    let undo: (() => void)[];
    beforeAll(() => {
      undo = [installGradients().undo, registerFallbackKernels(backend).undo];
    });
    afterAll(() => {
      for (const each of undo) each();
    });

    it.each(gradientCases)('the gradient agrees with finite differences: $name', async (each) => {
      const { inputs, f, step = 0.01, tolerance = TOLERANCE } = each;
      const before = tf.memory().numTensors;
      const tensors = inputs.map(makeInput);
      const report = await checkGradient(f, tensors, { step, tolerance });
      tf.dispose(tensors);
      expect(report, JSON.stringify(report)).toMatchObject({ passed: true });
      expect(report.checked).toBeGreaterThan(0);
      expect(report.largestGradient).toBeGreaterThan(0);
      expect(tf.memory().numTensors).toBe(before);
    });

    if (backend !== 'cpu')
      it.each(gradientCases)('cpu gives the same: $name', async (each) => {
        const here = await forward(each);
        const onCpu = await exact(each);
        expect(largestDifference(here, onCpu)).toBeLessThan(1e-5 * largestMagnitude(onCpu));
      });

    it('a value that is right is left alone, and equal extremes share', async () => {
      const gradient = async (f: (x: tf.Tensor) => tf.Tensor, x: number[]): Promise<number[]> =>
        Array.from(await tf.grad(f)(tf.tensor1d(x)).data());
      expect(await gradient(tf.abs, [-2, 0, 3])).toEqual([-1, 0, 1]);
      expect(await gradient((x) => tf.max(x), [1, 5, 5, 2])).toEqual([0, 0.5, 0.5, 0]);
      expect(await gradient((x) => tf.min(x), [0, 5, 0, 0, 0])).toEqual([
        0.25, 0, 0.25, 0.25, 0.25,
      ]);
    });

    it('the boxes of a crop have no gradient, and it is said', () => {
      const image: tf.Tensor4D = tf.ones([1, 4, 4, 1]);
      const cut = (boxes: tf.Tensor): tf.Tensor =>
        tf.image.cropAndResize(image, boxes as tf.Tensor2D, tf.zeros([1], 'int32'), [2, 2]);
      expect(() => tf.grad(cut)(tf.tensor2d([[0, 0, 1, 1]]))).toThrow(
        expect.objectContaining({ code: 'MISSING_GRADIENT' }),
      );
    });
  });
});
