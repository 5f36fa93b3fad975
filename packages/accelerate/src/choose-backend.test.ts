import { hasBackend, startBackend } from '@pose-distill/internal-testing';
import { installGradients } from '@pose-distill/tensor-ops';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import { accelerateWasm } from './accelerate-wasm.js';
import { chooseBackend } from './choose-backend.js';
import { adviceFor, canRevectorize, engine } from './engine.js';
import { selfCheck } from './self-check.js';

const undos: (() => void)[] = [];
afterEach(() => {
  for (const undo of undos.splice(0)) undo();
});

/** Puts another kernel function in the place of a kernel, for one test. */
function replaceKernel(
  kernelName: string,
  backendName: string,
  change: (before: tf.KernelFunc) => tf.KernelFunc,
): void {
  const before = tf.getKernel(kernelName, backendName);
  tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({ kernelName, backendName, kernelFunc: change(before.kernelFunc) });
  undos.push(() => {
    tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel(before);
  });
}

describe('chooseBackend', () => {
  it('says for each backend why it is none, when no one is imported', async () => {
    await expect(chooseBackend()).rejects.toMatchObject({ code: 'UNSUPPORTED_BACKEND' });
    await expect(chooseBackend()).rejects.toThrow(
      /webgpu: @tensorflow\/tfjs-backend-webgpu is not imported/,
    );
  });

  it.skipIf(!hasBackend('wasm') || !hasBackend('cpu'))(
    'measures those that are there and takes the fastest',
    async () => {
      await startBackend('wasm');
      await startBackend('cpu');
      const tensors = tf.memory().numTensors;
      const choice = await chooseBackend();
      expect(choice.backend).toBe('wasm');
      expect(tf.getBackend()).toBe('wasm');
      const of = (name: string) => choice.reports.find(({ backend }) => backend === name)!;
      expect(of('webgl')).toMatchObject({ state: 'absent' });
      expect(of('cpu').state).toBe('ready');
      expect(of('wasm').rate!.convolution).toBeGreaterThan(of('cpu').rate!.convolution);
      expect(of('wasm').accelerated!.kernels).toContain('Conv2DBackpropFilter');
      expect(choice.engine.node).toBe(process.versions.node);
      expect(tf.memory().numTensors).toBe(tensors);
    },
  );

  it.skipIf(!hasBackend('wasm') || !hasBackend('cpu'))(
    'does not choose a backend whose results are wrong',
    async () => {
      await startBackend('cpu');
      await startBackend('wasm');
      undos.push((await accelerateWasm()).undo);
      replaceKernel('Conv2DBackpropFilter', 'wasm', (before) => (call) => {
        const right = before(call) as tf.TensorInfo;
        const { kernelFunc } = tf.getKernel('Multiply', 'wasm');
        return kernelFunc({ ...call, inputs: { a: right, b: right } });
      });
      const { backend, reports } = await chooseBackend({ candidates: ['wasm', 'cpu'] });
      expect(reports[0]).toMatchObject({ backend: 'wasm', state: 'wrong' });
      expect(reports[0]!.reason).toMatch(/filter gradient is off by/);
      expect(backend).toBe('cpu');
    },
  );
});

describe('selfCheck', () => {
  it.skipIf(!hasBackend('cpu'))('passes on the cpu backend', async () => {
    await startBackend('cpu');
    installGradients();
    const { passed, checks } = await selfCheck();
    expect(checks.filter(({ error }) => error > 1e-5)).toEqual([]);
    expect(passed).toBe(true);
  });
});

describe('advice', () => {
  it('names what the engine lacks', () => {
    const shared = { sharedMemory: true };
    const relaxed = { build: 'relaxed', revectorized: false } as const;
    expect(adviceFor({ node: '20.19.0', ...shared }, relaxed)[0]).toMatch(/Node 24/);
    expect(adviceFor({ node: '24.1.0', ...shared }, relaxed)[0]).toMatch(/revectorize: true/);
    expect(adviceFor({ node: '24.1.0', ...shared }, { ...relaxed, revectorized: true })).toEqual(
      [],
    );
    expect(
      adviceFor({ sharedMemory: false }, { build: 'plain', revectorized: false }),
    ).toHaveLength(2);
    expect(adviceFor({ node: '24.1.0', ...shared }, undefined)[0]).toMatch(/tfjs-backend-wasm/);
    expect(canRevectorize({ node: '22.20.0', ...shared })).toBe(false);
    expect(engine().sharedMemory).toBe(true);
  });
});
