/** The suites of hhd-align and kd-losses once more, with the fused kernels of accelerate in place of the composed forms. */
import '../../hhd-align/src/align.test.js';
import '../../hhd-align/src/centres.test.js';
import '../../hhd-align/src/oracle.test.js';
import '../../hhd-align/src/reference.test.js';
import '../../hhd-align/src/windows.test.js';
import '../../kd-losses/src/distillation-losses.test.js';
import '../../kd-losses/src/hhd-loss.test.js';
import '../../kd-losses/src/reference.test.js';
import { accelerateWasm } from '@pose-distill/accelerate/wasm';
import { alignHeatmaps, windowCentres } from '@pose-distill/hhd-align';
import {
  hasBackend,
  largestDifference,
  largestMagnitude,
  startBackend,
} from '@pose-distill/internal-testing';
import { hhdLoss, pixelKlLoss } from '@pose-distill/kd-losses';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';

const FUSED = ['HhdPeaks', 'HhdCentres', 'HhdWindows', 'HhdWindowsGrad', 'PixelKl'];
const available = hasBackend('wasm');

beforeAll(async () => {
  if (!available) return;
  await startBackend('wasm');
  await accelerateWasm();
});

/** Numbers of `compute` with the fused kernels taken away. */
async function composed<T>(compute: () => Promise<T>): Promise<T> {
  const configs = FUSED.map((name) => tf.getKernel(name, 'wasm'));
  for (const { kernelName } of configs) tf.unregisterKernel(kernelName, 'wasm');
  try {
    return await compute();
  } finally {
    for (const config of configs) tf.registerKernel(config);
  }
}

async function read(compute: () => tf.Tensor | tf.Tensor[]): Promise<number[][]> {
  const result = tf.tidy(compute);
  const tensors = Array.isArray(result) ? result : [result];
  const numbers = await Promise.all(tensors.map(async (tensor) => [...(await tensor.data())]));
  tf.dispose(tensors);
  return numbers;
}

describe.skipIf(!available)('fused kernels and composed forms', () => {
  beforeEach(async () => {
    await startBackend('wasm');
    expect(FUSED.every((name) => tf.getKernel(name, 'wasm') !== undefined)).toBe(true);
  });

  const maps = (seed: number, spread: number): tf.Tensor4D =>
    tf.randomUniform([4, 16, 12, 17], -spread, spread, 'float32', seed) as tf.Tensor4D;

  it.each(['paper', 'reference'] as const)('the same centres, %s', async (variant) => {
    const centres = new Set<string>();
    for (let seed = 1; seed <= 40; seed++) {
      const pair = { student: maps(seed, seed / 20), teacher: maps(100 + seed, 1) };
      const both = () => {
        const { student, teacher } = windowCentres(pair, { variant, beta: 1 + (seed % 5) });
        return [student, teacher];
      };
      const fused = await read(both);
      expect(fused).toEqual(await composed(() => read(both)));
      centres.add(fused.join());
      tf.dispose(pair);
    }
    expect(centres.size).toBe(40);
  });

  const NORMALISATIONS = ['l2', 'l1', 'softmax', 'none'] as const;
  it.each(
    NORMALISATIONS.flatMap((ours) => NORMALISATIONS.map((theirs) => [ours, theirs] as const)),
  )('the same windows, loss and gradients, %s and %s', async (ours, theirs) => {
    const pair = { student: maps(1, 2), teacher: maps(2, 1) };
    const options = {
      windowSize: { width: 7, height: 8 },
      studentNormalisation: ours,
      teacherNormalisation: theirs,
      detachTeacher: false,
    };
    const all = () => {
      const { student, teacher } = alignHeatmaps(pair, options);
      const gradients = tf.grads((a, b) => hhdLoss(a as tf.Tensor4D, b as tf.Tensor4D, options))([
        pair.student,
        pair.teacher,
      ]);
      return [student, teacher, ...gradients];
    };
    const fused = await read(all);
    const expected = await composed(() => read(all));
    fused.forEach((values, i) => {
      const scale = largestMagnitude(expected[i]!);
      expect(largestDifference(values, expected[i]!) / scale, `result ${i}`).toBeLessThan(1e-6);
    });
    tf.dispose(pair);
  });

  it.each([
    0.5, 1, 4,
  ])('the same pixel divergence and gradients, temperature %d', async (temperature) => {
    const pair = [maps(3, 3), maps(4, 3)];
    const weights = tf.randomUniform([4, 17, 1], 0, 1, 'float32', 5);
    const all = () => {
      const { value, grads } = tf.valueAndGrads((a, b) =>
        pixelKlLoss(a as tf.Tensor4D, b as tf.Tensor4D, weights, { temperature }),
      )(pair);
      return [value, ...grads];
    };
    const fused = await read(all);
    const expected = await composed(() => read(all));
    fused.forEach((values, i) => {
      const scale = largestMagnitude(expected[i]!);
      expect(largestDifference(values, expected[i]!) / scale, `result ${i}`).toBeLessThan(1e-6);
    });
    tf.dispose([...pair, weights]);
  });

  it('leaves no tensor behind', () => {
    const pair = [maps(6, 1), maps(7, 1)] as const;
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      tf.grad((x) => hhdLoss(x as tf.Tensor4D, pair[1]))(pair[0]);
      tf.grad((x) => pixelKlLoss(x as tf.Tensor4D, pair[1]))(pair[0]);
    });
    hhdLoss(...pair).dispose();
    pixelKlLoss(...pair).dispose();
    const { student, teacher } = alignHeatmaps({ student: pair[0], teacher: pair[1] });
    tf.dispose([student, teacher]);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([...pair]);
  });
});
