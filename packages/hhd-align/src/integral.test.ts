import { forEachBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { gradientError } from '../test/finite-differences.js';
import { drawWindows, integralPriorLoss, removeIntegralBias } from './index.js';

/** A Gaussian of deviation 2 at (10.25, 20.5) on 64x64, `[1,64,64,1]`. */
const blob = (amplitude: number): tf.Tensor4D =>
  tf.tensor4d(
    Float32Array.from({ length: 4096 }, (_, i) => {
      const [x, y] = [i % 64, Math.floor(i / 64)];
      return amplitude * Math.exp(-((x - 10.25) ** 2 + (y - 20.5) ** 2) / 8);
    }),
    [1, 64, 64, 1],
  );

/** Amplitude, beta, soft-argmax, the closed form, mmpose's form; computed in double precision outside this project, in cells. */
const ORACLE = [
  [8, 1, [16.01659, 23.48543], [10.24902, 20.5], [16.01553, 23.48486]],
  [1, 10, [11.55492, 21.17696], [10.24698, 20.5], undefined],
  [1, 25, [10.17434, 20.5], [10.17434, 20.5], undefined],
] as const;

const wave = (shape: number[], seed: number): tf.Tensor =>
  tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) =>
      Math.sin(seed + 1.7 * i),
    ),
    shape,
  );

describe('removeIntegralBias', () => {
  forEachBackend(() => {
    it.each(
      ORACLE,
    )('amplitude %d, beta %d', async (amplitude, beta, biased, unbiased, released) => {
      const logits = blob(amplitude);
      const answer = tf.tensor3d([biased[0], biased[1]], [1, 1, 2]);
      const paper = await removeIntegralBias(answer, logits, { beta, unit: 'cell' }).data();
      unbiased.forEach((value, i) => {
        expect(Math.abs(paper[i]! - value)).toBeLessThan(2e-4);
      });
      const relative = await removeIntegralBias(tf.div(answer, 64), logits, { beta }).data();
      unbiased.forEach((value, i) => {
        expect(Math.abs(64 * relative[i]! - value)).toBeLessThan(2e-4);
      });
      if (!released) return;
      const options = { variant: 'reference', unit: 'cell' } as const;
      const reference = await removeIntegralBias(answer, logits, options).data();
      released.forEach((value, i) => {
        expect(Math.abs(reference[i]! - value)).toBeLessThan(2e-4);
      });
    });

    it('leaves flat maps alone, and scales the gradient', async () => {
      const answer = wave([2, 3, 2], 1) as tf.Tensor3D;
      const flat = await removeIntegralBias(answer, tf.zeros([2, 4, 4, 3])).data();
      expect([...flat]).toEqual([...(await answer.data())]);
      const logits = wave([2, 4, 4, 3], 2) as tf.Tensor4D;
      const f = (x: tf.Tensor): tf.Tensor =>
        removeIntegralBias(x as tf.Tensor3D, logits, { beta: 2 });
      const slope = await tf.grad(f)(answer).data();
      // Linear in the coordinates: a step of 1 changes the result by the gradient.
      const change = await tf.sub(f(tf.add(answer, 1)), f(answer)).data();
      slope.forEach((value, i) => {
        expect(Math.abs(value - change[i]!)).toBeLessThan(1e-4 * value);
      });
    });
  });

  it('refuses coordinates of other maps', () => {
    expect(() => removeIntegralBias(tf.zeros([1, 2, 2]), tf.zeros([1, 4, 4, 3]))).toThrow(
      /\[1,3,2\] for logits \[1,4,4,3\], got \[1,2,2\]/,
    );
  });
});

describe('integralPriorLoss', () => {
  forEachBackend(() => {
    it('is the mean square of what separates softmax and Gaussian', async () => {
      const logits = wave([2, 5, 4, 3], 3) as tf.Tensor4D;
      const labels = tf.tensor3d([1, 2, 3.4, 0.2, -9, 40, 0, 0, 2, 2, 3, 4], [2, 3, 2]);
      const weights = tf.tensor2d([1, 0.5, 1, 0, 1, 1], [2, 3]);
      const values = await logits.data();
      const [points, scale] = [await labels.data(), await weights.data()];
      let expected = 0;
      for (let b = 0; b < 2; b++)
        for (let k = 0; k < 3; k++) {
          const cells = Array.from({ length: 20 }, (_, i) => ({ x: i % 4, y: Math.floor(i / 4) }));
          const exp = cells.map((_, i) => Math.exp(3 * values[(b * 20 + i) * 3 + k]!));
          const [px, py] = [points[2 * (3 * b + k)]!, points[2 * (3 * b + k) + 1]!];
          const prior = cells.map(({ x, y }) => ({ log: -((x - px) ** 2 + (y - py) ** 2) / 4.5 }));
          const top = Math.max(...prior.map(({ log }) => log));
          const gauss = prior.map(({ log }) => Math.exp(log - top));
          const sum = (list: number[]): number => list.reduce((a, c) => a + c, 0);
          const [total, mass] = [sum(exp), sum(gauss)];
          expected +=
            (scale[3 * b + k]! * sum(exp.map((e, i) => (e / total - gauss[i]! / mass) ** 2))) / 120;
        }
      const options = { beta: 3, sigma: 1.5 };
      const [found] = await integralPriorLoss(logits, labels, weights, options).data();
      expect(Math.abs(found! / expected - 1)).toBeLessThan(1e-5);
      const loss = (x: tf.Tensor) => integralPriorLoss(x as tf.Tensor4D, labels, weights, options);
      expect(await gradientError(loss, logits, 1e-2)).toBeLessThan(3e-3);
    });

    it('takes labels of weight 0 as they come, and those far outside as at the border', async () => {
      const logits = wave([1, 5, 4, 2], 3) as tf.Tensor4D;
      const loss = async (points: number[], weights: number[]): Promise<number> => {
        const labels = tf.tensor3d(points, [1, 2, 2]);
        const value = integralPriorLoss(logits, labels, tf.tensor2d(weights, [1, 2]));
        return (await value.data())[0]!;
      };
      const alone = await loss([1, 2, 0, 0], [1, 0]);
      expect(alone).toBeGreaterThan(0);
      expect(await loss([1, 2, Number.NaN, Number.NEGATIVE_INFINITY], [1, 0])).toBe(alone);
      // All of the prior in the lower right cell.
      const corner = await loss([1e4, 1e4, 0, 0], [1, 0]);
      for (const far of [1e6, 1e9, 1e20, 3e38])
        expect(await loss([far, far, 0, 0], [1, 0])).toBeCloseTo(corner, 7);
    });
  });

  it('refuses what does not fit', () => {
    const logits = tf.zeros([1, 4, 4, 3]) as tf.Tensor4D;
    expect(() => integralPriorLoss(logits, tf.zeros([1, 2, 2]))).toThrow(/got \[1,2,2\]/);
    expect(() => integralPriorLoss(logits, tf.zeros([1, 3, 2]), undefined, { sigma: 0 })).toThrow(
      /sigma/,
    );
  });
});

describe('drawWindows', () => {
  it('draws both maps with their windows', async () => {
    const [student, teacher] = [wave([2, 6, 5, 3], 1), wave([2, 6, 5, 3], 2)] as [
      tf.Tensor4D,
      tf.Tensor4D,
    ];
    const tensors = tf.memory().numTensors;
    const picture = await drawWindows(
      { student, teacher },
      { sample: 1, keypoint: 2, windowSize: 4 },
    );
    expect(tf.memory().numTensors).toBe(tensors);
    // Two maps of 30 cells, two windows of 16, each with an outline, two frames and the background.
    expect(picture.match(/<rect/g)).toHaveLength(2 * (30 + 16 + 2) + 2 + 1);
    expect(picture).toMatch(/teacher, window around \(\d, \d\).*student, window around \(\d, \d\)/);
    await expect(drawWindows({ student, teacher }, { keypoint: 3 })).rejects.toThrow(
      /keypoint: expected 0\.\.2, got 3/,
    );
    await expect(drawWindows({ student, teacher }, { sample: 0.5 })).rejects.toThrow(/sample/);
    expect(tf.memory().numTensors).toBe(tensors);
  });
});
