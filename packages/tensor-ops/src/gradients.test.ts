import { forEachBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gradientCases, makeInput } from '../test/gradient-cases.js';
import { checkGradient } from './check-gradient.js';
import { type InstalledGradients, installGradients } from './install-gradients.js';

// Central differences of float32 values at a step of 0.01 are good to about 1e-4 of the gradient.
const TOLERANCE = 1e-3;

forEachBackend(() => {
  let gradients: InstalledGradients;
  beforeAll(() => {
    gradients = installGradients();
  });
  afterAll(() => gradients.undo());

  describe('gradients agree with finite differences', () => {
    it.each(gradientCases)('$name', async ({ inputs, f, step = 0.01, tolerance = TOLERANCE }) => {
      const before = tf.memory().numTensors;
      const tensors = inputs.map(makeInput);
      const report = await checkGradient(f, tensors, { step, tolerance });
      tf.dispose(tensors);
      expect(report, JSON.stringify(report)).toMatchObject({ passed: true });
      expect(report.checked).toBeGreaterThan(0);
      expect(Math.abs(report.worst!.numeric)).toBeGreaterThan(0);
      expect(tf.memory().numTensors).toBe(before);
    });
  });
});
