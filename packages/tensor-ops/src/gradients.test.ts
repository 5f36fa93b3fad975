import { forEachBackend, largestDifference, startBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GradientCase, gradientCases, makeInput } from '../test/gradient-cases.js';
import { checkGradient } from './check-gradient.js';
import { type InstalledGradients, installGradients } from './install-gradients.js';

// Central differences of float32 values at a step of 0.01 are good to about 1e-4 of the gradient.
const TOLERANCE = 1e-3;

async function forward({ inputs, f }: GradientCase): Promise<Float32Array> {
  const output = tf.tidy(() => f(...inputs.map(makeInput)));
  const values = Float32Array.from(await output.data());
  output.dispose();
  return values;
}

forEachBackend((backend) => {
  let gradients: InstalledGradients;
  beforeAll(() => {
    gradients = installGradients();
  });
  afterAll(() => gradients.undo());

  const isWrong = (each: GradientCase): boolean => each.forwardWrongOn?.includes(backend) ?? false;

  describe('gradients agree with finite differences', () => {
    const cases = gradientCases.filter((each) => !isWrong(each));
    it.each(cases)('$name', async ({ inputs, f, step = 0.01, tolerance = TOLERANCE }) => {
      const before = tf.memory().numTensors;
      const tensors = inputs.map(makeInput);
      const report = await checkGradient(f, tensors, { step, tolerance });
      tf.dispose(tensors);
      expect(report, JSON.stringify(report)).toMatchObject({ passed: true });
      expect(report.checked).toBeGreaterThan(0);
      expect(report.largestGradient).toBeGreaterThan(0);
      expect(tf.memory().numTensors).toBe(before);
    });
  });

  const wrong = gradientCases.filter(isWrong);
  describe.skipIf(wrong.length === 0)(
    'forward ops that differ from cpu have no gradient case',
    () => {
      it.each(wrong)('$name', async (each) => {
        await startBackend('cpu');
        const onCpu = await forward(each);
        await startBackend(backend);
        expect(largestDifference(await forward(each), onCpu)).toBeGreaterThan(0.01);
      });
    },
  );
});
