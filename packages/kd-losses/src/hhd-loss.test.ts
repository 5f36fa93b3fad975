import {
  forEachBackend,
  largestDifference,
  largestMagnitude,
} from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it, vi } from 'vitest';
import { gradientError } from '../test/finite-differences.js';
import { type HhdLossOptions, hhdLoss, LossError } from './index.js';

const read = async (value: tf.Tensor): Promise<number> => (await value.data())[0]!;

const wave = (shape: [number, number, number, number], salt: number): tf.Tensor4D => {
  const size = shape.reduce((a, b) => a * b, 1);
  const data = Float32Array.from({ length: size }, (_, i) => Math.sin(salt + 1.3 * i + i * i));
  return tf.tensor4d(data, shape);
};

const gaussian = (cx: number, cy: number, sigma: number, height = 1): tf.Tensor4D => {
  const data = Float32Array.from(
    { length: 256 },
    (_, i) =>
      height *
      Math.exp(-(((i % 16) - cx) ** 2 + (Math.floor(i / 16) - cy) ** 2) / (2 * sigma * sigma)),
  );
  return tf.tensor4d(data, [1, 16, 16, 1]);
};

const VARIANTS: readonly HhdLossOptions[] = [
  { windowSize: 3 },
  { windowSize: 4, variant: 'reference' },
  { windowSize: 5, studentNormalisation: 'softmax', teacherNormalisation: 'l1' },
  { windowSize: 4, studentNormalisation: 'none', teacherNormalisation: 'none' },
];

describe('hhdLoss', () => {
  forEachBackend(() => {
    it('places the window of a soft student by taking the bias back', async () => {
      const student = gaussian(4.4, 9.8, 1.6, 0.3);
      const teacher = gaussian(5, 9, 2);
      const paper = await read(hhdLoss(student, teacher));
      expect(Math.abs(paper / 0.520594848 - 1)).toBeLessThan(1e-5);
      const reference = await read(hhdLoss(student, teacher, { variant: 'reference' }));
      expect(Math.abs(reference / 0.093116413 - 1)).toBeLessThan(1e-5);
    });

    it.each(VARIANTS)('has the gradient that central differences give: %o', async (options) => {
      const student = wave([2, 5, 4, 2], 0.3);
      const teacher = wave([2, 5, 4, 2], 1.1);
      const f = (x: tf.Tensor) => hhdLoss(x as tf.Tensor4D, teacher, options);
      expect(await gradientError(f, student, 0.005)).toBeLessThan(3e-3);
    });

    it('weighs keypoints, divides by the batch, and scales with its weight', async () => {
      const student = wave([2, 6, 6, 3], 0.3);
      const teacher = wave([2, 6, 6, 3], 1.1);
      const all = await read(hhdLoss(student, teacher));
      const some = (weights: number[]) =>
        hhdLoss(student, teacher, { keypointWeights: tf.tensor(weights, [2, 3]) });
      const first = await read(some([1, 0, 1, 0, 0, 0]));
      const rest = await read(some([0, 1, 0, 1, 1, 1]));
      expect(first + rest).toBeCloseTo(all, 5);
      expect(await read(some([1, 1, 1, 1, 1, 1]))).toBeCloseTo(all, 6);
      expect(await read(some([0.5, 0, 0.5, 0, 0, 0]))).toBeCloseTo(first / 2, 6);
      expect(await read(hhdLoss(student, teacher, { weight: 2 }))).toBeCloseTo(4 * all, 4);
      const twice = hhdLoss(tf.concat([student, student]), tf.concat([teacher, teacher]));
      expect(await read(twice)).toBeCloseTo(all, 5);
    });

    it('is blind to the scale of both maps under l2, and so is its gradient', async () => {
      const student = wave([1, 7, 7, 2], 0.3);
      const teacher = wave([1, 7, 7, 2], 1.1);
      const options = { variant: 'reference' } as const;
      const base = await read(hhdLoss(student, teacher, options));
      const scaled = hhdLoss(tf.mul(student, 1.5), tf.mul(teacher, 7), options);
      expect(await read(scaled)).toBeCloseTo(base, 5);
      const gradient = tf.grad((x) => hhdLoss(x as tf.Tensor4D, teacher, options))(student);
      expect(Math.abs(await read(tf.sum(tf.mul(gradient, student))))).toBeLessThan(1e-6);
    });

    it('keeps zero, constant and huge maps finite', async () => {
      for (const a of [0, 1, -2, 1e19])
        for (const b of [0, 5, 1e19]) {
          const student = tf.fill([2, 9, 7, 3], a) as tf.Tensor4D;
          const teacher = tf.fill([2, 9, 7, 3], b) as tf.Tensor4D;
          for (const options of VARIANTS.slice(0, 3)) {
            const f = (x: tf.Tensor) => hhdLoss(x as tf.Tensor4D, teacher, options);
            expect(Number.isFinite(await read(f(student)))).toBe(true);
            const gradient = Array.from(await tf.grad(f)(student).data());
            expect(gradient.every(Number.isFinite)).toBe(true);
          }
        }
    });

    it('holds the teacher constant unless asked', async () => {
      const student = wave([1, 6, 6, 1], 0.3);
      // One clear peak, so that no difference moves the window.
      const spike = tf.oneHot(tf.scalar(15, 'int32'), 36);
      const teacher = tf.add(
        wave([1, 6, 6, 1], 1.1),
        tf.reshape(spike, [1, 6, 6, 1]),
      ) as tf.Tensor4D;
      const gradients = (options: HhdLossOptions) =>
        tf.grads((s, t) => hhdLoss(s as tf.Tensor4D, t as tf.Tensor4D, options))([
          student,
          teacher,
        ]);
      const [forStudent, none] = gradients({});
      expect(largestMagnitude(await forStudent!.data())).toBeGreaterThan(0);
      expect(largestMagnitude(await none!.data())).toBe(0);
      const error = await gradientError(
        (t) => hhdLoss(student, t as tf.Tensor4D, { variant: 'reference', detachTeacher: false }),
        teacher,
        0.005,
      );
      expect(error).toBeLessThan(3e-3);
    });

    it('adds up with other losses under one gradient', async () => {
      const student = wave([1, 6, 6, 1], 0.3);
      const teacher = wave([1, 6, 6, 1], 1.1);
      const one = tf.grad((x) => hhdLoss(x as tf.Tensor4D, teacher))(student);
      const { value, grad } = tf.valueAndGrad((x) =>
        hhdLoss(x as tf.Tensor4D, teacher, { weight: 1 }),
      )(student);
      expect(value.shape).toEqual([]);
      const halved = Array.from(await grad.data(), (v) => v / 2);
      expect(largestDifference(await one.data(), halved)).toBeLessThan(1e-7);
    });

    it('leaves no tensor behind and reads nothing back', () => {
      const student = wave([1, 6, 6, 2], 0.3);
      const teacher = wave([1, 6, 6, 2], 1.1);
      const keypointWeights = tf.ones([1, 2]);
      const read = vi.spyOn(tf.Tensor.prototype, 'dataSync');
      const before = tf.memory().numTensors;
      hhdLoss(student, teacher, { keypointWeights }).dispose();
      expect(tf.memory().numTensors).toBe(before);
      tf.grad((x) => hhdLoss(x as tf.Tensor4D, teacher, { keypointWeights }))(student).dispose();
      expect(tf.memory().numTensors).toBe(before);
      expect(read).not.toHaveBeenCalled();
      read.mockRestore();
    });
  });

  it('refuses what does not fit', () => {
    const maps = tf.zeros([1, 4, 4, 2]) as tf.Tensor4D;
    expect(() => hhdLoss(maps, tf.zeros([1, 4, 4, 3]) as tf.Tensor4D)).toThrow(LossError);
    expect(() => hhdLoss(maps, maps, { keypointWeights: tf.zeros([1, 3]) })).toThrow(LossError);
    expect(() => hhdLoss(maps, maps, { weight: Number.NaN })).toThrow(LossError);
    expect(() => hhdLoss(maps, maps, { windowSize: -1 })).toThrow(/window size/);
  });
});
