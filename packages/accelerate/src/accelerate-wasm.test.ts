import { hasBackend, startBackend } from '@pose-distill/internal-testing';
import { adamUpdate, batchNormTrain, installGradients } from '@pose-distill/tensor-ops';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { values } from '../test/heap.js';
import { accelerateWasm } from './accelerate-wasm.js';
import { loadNative } from './native.js';

describe.skipIf(!hasBackend('wasm'))('accelerateWasm', () => {
  let undo: () => void = () => {};
  afterEach(() => {
    undo();
    undo = () => {};
  });

  it('says what to do when the backend is missing', async () => {
    // Before anything imports the backend; vitest gives each test file a registry of its own.
    await expect(accelerateWasm()).rejects.toMatchObject({ code: 'UNSUPPORTED_BACKEND' });
    await expect(accelerateWasm()).rejects.toThrow(/@tensorflow\/tfjs-backend-wasm/);
  });

  describe('with the backend', () => {
    beforeAll(() => startBackend('wasm'));

    it('replaces kernels and puts them back', async () => {
      const names = ['Conv2D', 'Identity', 'Conv2DBackpropFilter', 'BatchNormTrain'];
      const before = names.map((name) => tf.getKernel(name, 'wasm')?.kernelFunc);
      const accelerated = await accelerateWasm();
      expect(accelerated.kernels).toEqual([...accelerated.kernels].sort());
      for (const [i, name] of names.entries()) {
        expect(accelerated.kernels).toContain(name);
        expect(tf.getKernel(name, 'wasm').kernelFunc).not.toBe(before[i]);
      }
      expect(await accelerateWasm()).toBe(accelerated);
      accelerated.undo();
      expect(names.map((name) => tf.getKernel(name, 'wasm')?.kernelFunc)).toEqual(before);
      accelerated.undo();
      const again = await accelerateWasm();
      expect(again).not.toBe(accelerated);
      undo = again.undo;
    });

    it('leaves a kernel alone that someone put in its place', async () => {
      const accelerated = await accelerateWasm();
      tf.unregisterKernel('BatchNormTrain', 'wasm');
      const kernelFunc = (() => []) as unknown as tf.KernelFunc;
      tf.registerKernel({ kernelName: 'BatchNormTrain', backendName: 'wasm', kernelFunc });
      accelerated.undo();
      expect(tf.getKernel('BatchNormTrain', 'wasm').kernelFunc).toBe(kernelFunc);
      tf.unregisterKernel('BatchNormTrain', 'wasm');
    });

    it('has a build without fused multiply-add', async () => {
      const accelerated = await accelerateWasm({ relaxed: false });
      undo = accelerated.undo;
      expect(accelerated.build).toBe('plain');
    });

    it('runs in a shared memory too, as of the threaded backend', async () => {
      const memory = new WebAssembly.Memory({ initial: 2, maximum: 65536, shared: true });
      const { native } = await loadNative(memory, true);
      const floats = new Float32Array(memory.buffer, 64, 8);
      floats.set([1, 2, 3, 4, 0, 0, 0, 0]);
      native.enlargeGradient(64, 80, 1, 1, 1, 1, 2, 2);
      expect(floats[4]).toBe(10);
    });

    it('trains: one step with accelerated kernels equals one with compositions', async () => {
      const gradients = installGradients();
      const step = async (): Promise<Float32Array[]> => {
        const x = tf.tensor(values(1, 2 * 9 * 7 * 3), [2, 9, 7, 3]);
        const a = tf.tensor(values(2, 27 * 8), [3, 3, 3, 8]);
        const b = tf.tensor(values(3, 72), [3, 3, 8, 1]);
        const c = tf.tensor(values(4, 40), [1, 1, 8, 5]);
        const t = tf.tensor(values(5, 4 * 4 * 5 * 8), [4, 4, 8, 5]);
        const gamma = tf.ones([8]) as tf.Tensor1D;
        const beta = tf.zeros([8]) as tf.Tensor1D;
        const results = tf.tidy(() => {
          const { value, grads } = tf.valueAndGrads((...[a1, b1, c1, t1, g1]) => {
            const h = tf.conv2d(x as tf.Tensor4D, a1 as tf.Tensor4D, 2, 'same');
            const { y } = batchNormTrain(h, g1 as tf.Tensor1D, beta, { activation: 'relu6' });
            const d = tf.depthwiseConv2d(y as tf.Tensor4D, b1 as tf.Tensor4D, 1, 'same');
            const p = tf.conv2d(d as tf.Tensor4D, c1 as tf.Tensor4D, 1, 'same');
            const up = tf.conv2dTranspose(
              p as tf.Tensor4D,
              t1 as tf.Tensor4D,
              [2, 10, 8, 8],
              2,
              'same',
            );
            return tf.mean(tf.square(up));
          })([a, b, c, t, gamma]);
          const flat = tf.concat(
            grads.map((gradient) => tf.reshape(gradient, [-1])),
          ) as tf.Tensor1D;
          const zeros = tf.zerosLike(flat);
          const adam = adamUpdate({
            weights: zeros,
            m: zeros,
            v: zeros,
            gradient: flat,
            scalars: tf.tensor1d([0.1, 0.9, 0.99, 1, 0, 10, 100]),
          });
          return [value, flat, adam.weights];
        });
        const read = await Promise.all(results.map((result) => result.data<'float32'>()));
        tf.dispose([results, x, a, b, c, t, gamma, beta]);
        return read;
      };
      const composed = await step();
      undo = (await accelerateWasm()).undo;
      const tensors = tf.memory().numTensors;
      const fast = await step();
      expect(tf.memory().numTensors).toBe(tensors);
      gradients.undo();
      composed.forEach((expected, i) => {
        const scale = Math.max(...expected.map(Math.abs));
        const worst = Math.max(...expected.map((value, j) => Math.abs(value - fast[i]![j]!)));
        expect(worst / scale).toBeLessThan(2e-5);
      });
    });

    it('refuses wrong shapes, layouts and types', async () => {
      undo = (await accelerateWasm()).undo;
      const x = tf.zeros([1, 4, 4, 3]);
      const filter = tf.zeros([3, 3, 3, 2]);
      const dy = tf.zeros([1, 4, 4, 2]);
      const run = (name: string, inputs: object, attrs: object) => () =>
        tf.engine().runKernel(name, inputs as tf.NamedTensorMap, attrs as tf.NamedAttrMap);
      const attrs = { strides: 2, pad: 'same', inputShape: [1, 4, 4, 3], dataFormat: 'NHWC' };
      expect(run('Conv2DBackpropInput', { dy, filter }, attrs)).toThrow(
        /expected dy of shape \[1,2,2,2\], got \[1,4,4,2\]/,
      );
      expect(run('Conv2D', { x, filter }, { ...attrs, dataFormat: 'NCHW' })).toThrow(/NHWC/);
      const whole = tf.zeros([1, 4, 4, 3], 'int32');
      expect(run('Conv2D', { x: whole, filter }, attrs)).toThrow(/float32, got int32/);
      tf.dispose([x, filter, dy, whole]);
    });
  });
});
