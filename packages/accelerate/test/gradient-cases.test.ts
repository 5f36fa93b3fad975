import { hasBackend, startBackend } from '@pose-distill/internal-testing';
import { checkGradient, installGradients, registerFallbackKernels } from '@pose-distill/tensor-ops';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gradientCases, makeInput } from '../../tensor-ops/test/gradient-cases.js';
import { accelerateWasm } from '../src/accelerate-wasm.js';

/** Every case of tensor-ops by finite differences, those included whose forward op is wrong on wasm without the kernels. */
describe.skipIf(!hasBackend('wasm'))('gradients by finite differences, with the kernels', () => {
  const undos: (() => void)[] = [];
  beforeAll(async () => {
    await startBackend('wasm');
    undos.push(registerFallbackKernels('wasm').undo, installGradients().undo);
    undos.push((await accelerateWasm()).undo);
  });
  afterAll(() => {
    for (const undo of undos.reverse()) undo();
  });

  it.each(gradientCases.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const { inputs, f, step = 0.01, tolerance = 1e-3 } = one;
    const tensors = inputs.map(makeInput);
    const report = await checkGradient(f, tensors, { step, tolerance, samples: 6 });
    tf.dispose(tensors);
    expect(report.passed, `largest error ${report.largestError}`).toBe(true);
  });
});
