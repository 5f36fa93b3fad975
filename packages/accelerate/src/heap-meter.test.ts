import { hasBackend, startBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { wasmBackend } from '../test/heap.js';
import { type AcceleratedWasm, accelerateWasm } from './accelerate-wasm.js';

describe.skipIf(!hasBackend('wasm'))('the heap', () => {
  beforeAll(() => startBackend('wasm'));
  let accelerated: AcceleratedWasm;
  /** Allocations that the heap still takes; the stub stands where the backend's own malloc was. */
  let room = Infinity;
  let restore = (): void => {};
  beforeEach(async () => {
    const { wasm } = wasmBackend();
    wasm._free(wasm._malloc(1));
    const { _malloc } = wasm;
    wasm._malloc = (bytes) => (room-- > 0 ? _malloc(bytes) : 0);
    restore = () => {
      wasm._malloc = _malloc;
    };
    room = Infinity;
    accelerated = await accelerateWasm();
  });
  afterEach(() => {
    accelerated.undo();
    restore();
  });

  it('is counted: what is allocated now, and the most at one time', () => {
    const { bytes } = accelerated.memory();
    accelerated.resetPeak();
    const a = tf.zeros([25, 10]);
    expect(accelerated.memory().bytes - bytes).toBe(1000);
    const b = tf.exp(a);
    const c = tf.clone(b);
    expect(accelerated.memory().bytes - bytes).toBe(2000);
    tf.dispose([a, b]);
    expect(accelerated.memory().bytes - bytes).toBe(1000);
    expect(accelerated.memory().peakBytes - bytes).toBe(2000);
    accelerated.resetPeak();
    expect(accelerated.memory().peakBytes - bytes).toBe(1000);
    c.dispose();
    expect(accelerated.memory().bytes).toBe(bytes);
    expect(accelerated.memory().heapBytes).toBe(wasmMemory().buffer.byteLength);
  });

  it('counts scratch memory, in the peak and on its own', () => {
    const x = tf.zeros([1, 6, 5, 6]) as tf.Tensor4D;
    const filter = tf.zeros([3, 3, 6, 8]) as tf.Tensor4D;
    const { bytes } = accelerated.memory();
    accelerated.resetPeak();
    tf.conv2d(x, filter, 1, 'same').dispose();
    const { peakBytes, scratchPeakBytes } = accelerated.memory();
    // The packed filter at least.
    expect(scratchPeakBytes).toBeGreaterThanOrEqual(4 * filter.size);
    expect(peakBytes - bytes).toBeGreaterThanOrEqual(scratchPeakBytes + 4 * 6 * 5 * 8);
    expect(accelerated.memory().bytes).toBe(bytes);
    tf.dispose([x, filter]);
  });

  it('throws when it is full, in our kernels and in those of tfjs, and loses nothing', () => {
    const ids = (): number => (tf.backend() as unknown as { numDataIds(): number }).numDataIds();
    const x = tf.zeros([2, 6, 5, 6]) as tf.Tensor4D;
    const filter = tf.zeros([3, 3, 6, 4]) as tf.Tensor4D;
    const before = { ids: ids(), bytes: accelerated.memory().bytes };
    const uses: [allocations: number, act: () => unknown][] = [
      // The result, and the scratch memory behind it.
      [0, () => tf.conv2d(x, filter, 1, 'same')],
      [1, () => tf.conv2d(x, filter, 1, 'same')],
      [0, () => tf.exp(x)],
      [0, () => tf.matMul(tf.reshape(x, [60, 6]), tf.reshape(filter, [6, 36]))],
      [0, () => tf.tensor1d([1, 2, 3])],
    ];
    for (const [allocations, act] of uses) {
      room = allocations;
      const error = (() => {
        try {
          return tf.tidy(() => void act());
        } catch (caught) {
          return caught;
        }
      })();
      expect(error).toMatchObject({ code: 'OUT_OF_MEMORY' });
      expect((error as Error).message).toMatch(/no room for .* MiB more.*smaller batch/);
      room = Infinity;
      expect({ ids: ids(), bytes: accelerated.memory().bytes }).toEqual(before);
    }
    const sum = tf.sum(x);
    tf.dispose([x, filter, sum]);
  });

  it('is left as it was by undo', () => {
    const { wasm } = wasmBackend();
    const metered = wasm._malloc;
    accelerated.undo();
    expect(wasm._malloc).not.toBe(metered);
    const x = tf.zeros([4]);
    x.dispose();
  });

  const wasmMemory = (): WebAssembly.Memory => wasmBackend().wasm.asm?.memory as WebAssembly.Memory;
});
