import { hasBackend, startBackend } from '@pose-distill/internal-testing';
import { checkGradient, installGradients, registerFallbackKernels } from '@pose-distill/tensor-ops';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gradientCases, makeInput } from '../../tensor-ops/test/gradient-cases.js';
import { accelerateWasm } from './accelerate-wasm.js';

// Central differences of float32 values at a step of 0.01 are good to about 1e-4 of the gradient.
const TOLERANCE = 1e-3;

describe.skipIf(!hasBackend('wasm')).each([true, false])('gradients, relaxed %s', (relaxed) => {
  const undos: (() => void)[] = [];
  beforeAll(async () => {
    await startBackend('wasm');
    undos.push(installGradients().undo, (await accelerateWasm({ relaxed })).undo);
    undos.push(registerFallbackKernels('wasm').undo);
  });
  afterAll(() => {
    for (const undo of undos) undo();
  });

  it.each(gradientCases)('agree with finite differences: $name', async (each) => {
    const { inputs, f, step = 0.01, tolerance = TOLERANCE } = each;
    const tensors = inputs.map(makeInput);
    const report = await checkGradient(f, tensors, { step, tolerance });
    tf.dispose(tensors);
    expect(report, JSON.stringify(report)).toMatchObject({ passed: true });
    expect(report.largestGradient).toBeGreaterThan(0);
  });

  it('of dilated convolutions run in the kernels', () => {
    const [x, dense, depthwise] = [
      tf.ones([1, 6, 7, 4]) as tf.Tensor4D,
      tf.ones([3, 3, 4, 2]) as tf.Tensor4D,
      tf.ones([3, 3, 4, 1]) as tf.Tensor4D,
    ];
    const counts = new Map<string, number>();
    const { state } = tf.engine();
    state.profiling = true;
    state.activeProfile.kernels = [];
    tf.tidy(() => {
      tf.grads((a, b) =>
        tf.sum(tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, 'same', 'NHWC', 2)),
      )([x, dense]);
      tf.grads((a, b) =>
        tf.sum(tf.depthwiseConv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, 'same', 'NHWC', 2)),
      )([x, depthwise]);
    });
    state.profiling = false;
    for (const { name } of state.activeProfile.kernels)
      counts.set(name, (counts.get(name) ?? 0) + 1);
    for (const name of [
      tf.Conv2DBackpropInput,
      tf.Conv2DBackpropFilter,
      tf.DepthwiseConv2dNativeBackpropInput,
      tf.DepthwiseConv2dNativeBackpropFilter,
    ])
      expect(counts.get(name), name).toBe(1);
    tf.dispose([x, dense, depthwise]);
  });
});
