import { hasBackend, startBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { forward, type Geometry } from '../test/convolution-loops.js';
import { values, withGuards } from '../test/heap.js';
import { type AcceleratedWasm, accelerateWith } from './accelerate-wasm.js';

const HEIGHT = 6;
const WIDTH = 7;
const CHANNELS = 8;

function geometry(outChannels: number): Geometry {
  return {
    ...{ batch: 2, height: HEIGHT, width: WIDTH, channels: CHANNELS, depthwise: false },
    ...{ outHeight: HEIGHT, outWidth: WIDTH, outChannels, filterHeight: 3, filterWidth: 3 },
    ...{ stride: [1, 1], dilation: [1, 1], pad: { top: 1, left: 1 } },
  };
}

const clamp = { linear: [-Infinity, Infinity], relu: [0, Infinity], relu6: [0, 6] } as const;

describe.skipIf(!hasBackend('wasm'))('FusedConv2D', () => {
  let accelerated: AcceleratedWasm | undefined;
  beforeAll(() => startBackend('wasm'));
  afterEach(() => {
    accelerated?.undo();
    accelerated = undefined;
  });

  const cases = (['always', 'never'] as const).flatMap((winograd) =>
    [4, 5, 8, 19].flatMap((out) =>
      (['linear', 'relu', 'relu6'] as const).flatMap((activation) =>
        [true, false].map((hasBias) => ({ winograd, out, activation, hasBias })),
      ),
    ),
  );

  it.each(cases)('to $out, $activation, bias $hasBias, Winograd $winograd', async (c) => {
    accelerated = await accelerateWith({ relaxed: false, winograd: c.winograd });
    const g = geometry(c.out);
    const x = values(1, 2 * HEIGHT * WIDTH * CHANNELS);
    const filter = values(2, 9 * CHANNELS * c.out);
    const offsets = values(3, c.out).map((value) => 3 * value);
    const { sum } = forward(g, x, filter);
    const [low, high] = clamp[c.activation];
    const expected = sum.map((value, i) =>
      Math.min(high, Math.max(low, value + (c.hasBias ? offsets[i % c.out]! : 0))),
    );
    const broken = await withGuards(async () => {
      const [image, weights, bias] = [
        tf.tensor4d(x, [2, HEIGHT, WIDTH, CHANNELS]),
        tf.tensor4d(filter, [3, 3, CHANNELS, c.out]),
        tf.tensor1d(offsets),
      ];
      const y = tf.fused.conv2d({
        ...{ x: image, filter: weights, strides: 1, pad: 'same', activation: c.activation },
        ...(c.hasBias && { bias }),
      });
      const actual = await y.data<'float32'>();
      tf.dispose([image, weights, bias, y]);
      const worst = actual.reduce((a, value, i) => Math.max(a, Math.abs(value - expected[i]!)), 0);
      // Sums of 72 products of numbers below 1.
      expect(worst).toBeLessThan(1e-5);
    });
    expect(broken).toBe(0);
  });

  it('leaves other activations to the kernel that was there', async () => {
    const x = tf.tensor4d(values(1, 5 * 5 * 4), [1, 5, 5, 4]);
    const filter = tf.tensor4d(values(2, 9 * 4 * 6), [3, 3, 4, 6]);
    const run = (): tf.Tensor =>
      tf.fused.conv2d({ x, filter, strides: 1, pad: 'same', activation: 'sigmoid' });
    const before = run();
    accelerated = await accelerateWith({ relaxed: false, winograd: 'auto' });
    const after = run();
    expect(await after.data()).toEqual(await before.data());
    tf.dispose([x, filter, before, after]);
  });

  it('keeps what is not a number', async () => {
    accelerated = await accelerateWith({ relaxed: false, winograd: 'never' });
    const x = tf.tensor4d([Number.NaN], [1, 1, 1, 1]);
    const filter = tf.ones<tf.Rank.R4>([1, 1, 1, 5]);
    const y = tf.fused.conv2d({ x, filter, strides: 1, pad: 'same', activation: 'relu6' });
    expect([...(await y.data())]).toEqual(Array(5).fill(Number.NaN));
    tf.dispose([x, filter, y]);
  });
});
