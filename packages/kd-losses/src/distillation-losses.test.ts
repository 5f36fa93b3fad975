import { forEachBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gradientError } from '../test/finite-differences.js';
import {
  expertWeights,
  heatmapMseLoss,
  heatmapOhkmLoss,
  LossError,
  pixelKlLoss,
  rampUp,
  stageDistillationLoss,
  teacherMixLoss,
  weightedSum,
} from './index.js';

const read = async (value: tf.Tensor): Promise<number> => {
  const [number] = await value.data();
  value.dispose();
  return number!;
};

type Pair = (first: tf.Tensor4D, second: tf.Tensor4D, weights?: tf.Tensor) => tf.Scalar;

const LOSSES: Readonly<Record<string, Pair>> = {
  pixelKlLoss,
  'pixelKlLoss, temperature 2': (a, b, w) => pixelKlLoss(a, b, w, { temperature: 2 }),
  heatmapOhkmLoss: (a, b, w) => heatmapOhkmLoss(a, b, w, { hardest: 2 }),
  teacherMixLoss: (a, b, w) => teacherMixLoss(a, b, tf.zerosLike(b), w, { alpha: 0.3 }),
  stageDistillationLoss: (a, b, w) => stageDistillationLoss([a], b, w, { distance: 'kl' }),
};

/** What a network may give in its worst hour. */
const EXTREMES: Readonly<Record<string, () => tf.Tensor4D>> = {
  zero: () => tf.zeros([2, 3, 4, 3]),
  constant: () => tf.fill([2, 3, 4, 3], -7),
  'one huge': () =>
    tf.tensor4d(
      Float32Array.from({ length: 72 }, (_, i) => (i === 30 ? 3e38 : 0)),
      [2, 3, 4, 3],
    ),
  'huge of both signs': () =>
    tf.tensor4d(
      Float32Array.from({ length: 72 }, (_, i) => (i % 2 ? 3e38 : -3e38)),
      [2, 3, 4, 3],
    ),
  tiny: () => tf.fill([2, 3, 4, 3], 1e-38),
};

const wave = (shape: [number, number, number, number], seed: number): tf.Tensor4D =>
  tf.tensor4d(
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) =>
      Math.sin(seed + 1.7 * i),
    ),
    shape,
  );

describe('distillation losses', () => {
  forEachBackend(() => {
    it.each(Object.keys(LOSSES))('%s has the gradient of its differences', async (name) => {
      const loss = LOSSES[name]!;
      const [a, b] = [wave([2, 3, 4, 3], 1), wave([2, 3, 4, 3], 2)];
      const weights = tf.tensor2d([1, 0, 0.5, 1, 1, 0], [2, 3]);
      expect(await gradientError((x) => loss(x as tf.Tensor4D, b, weights), a, 1e-2)).toBeLessThan(
        2e-3,
      );
      expect(await gradientError((x) => loss(x as tf.Tensor4D, b), a, 1e-2)).toBeLessThan(2e-3);
    });

    it('pixelKlLoss has the gradient of its differences for the teacher too, or none', async () => {
      const [a, b] = [wave([2, 3, 4, 3], 3), wave([2, 3, 4, 3], 4)];
      const weights = tf.tensor2d([1, 0, 0.5, 1, 1, 0], [2, 3]);
      const teach = (x: tf.Tensor) =>
        pixelKlLoss(a, x as tf.Tensor4D, weights, { temperature: 0.7 });
      expect(await gradientError(teach, b, 1e-2)).toBeLessThan(2e-3);
      const detached = tf.grad((x) =>
        pixelKlLoss(a, x as tf.Tensor4D, weights, { detachTeacher: true }),
      )(b);
      expect(await read(tf.max(tf.abs(detached)))).toBe(0);
    });

    it.each(Object.keys(LOSSES))('%s gives no NaN on extreme maps', async (name) => {
      const loss = LOSSES[name]!;
      for (const first of Object.values(EXTREMES))
        for (const second of Object.values(EXTREMES)) {
          const { value, grad } = tf.valueAndGrad((x) => loss(x as tf.Tensor4D, second()))(first());
          expect(Number.isNaN(await read(value))).toBe(false);
          expect(await read(tf.any(tf.isNaN(grad)))).toBe(0);
          if (!name.startsWith('pixelKl')) continue;
          const forTeacher = tf.grad((x) => loss(first(), x as tf.Tensor4D))(second());
          expect(await read(tf.any(tf.isNaN(forTeacher)))).toBe(0);
        }
    });

    it("agrees with OKDHP's worked example", async () => {
      const nhwc = (value: (i: number) => number) =>
        tf.tidy(() => {
          const data = Float32Array.from({ length: 96 }, (_, i) => value(i));
          return tf.transpose(tf.tensor4d(data, [2, 3, 4, 4]), [0, 2, 3, 1]) as tf.Tensor4D;
        });
      const output = nhwc((i) => Math.sin(0.37 * i));
      const ensemble = nhwc((i) => Math.cos(0.21 * i));
      const weights = tf.tensor3d([1, 0, 1, 1, 1, 0], [2, 3, 1]);
      expect(
        Math.abs((await read(pixelKlLoss(output, ensemble, weights))) / 0.0482304441 - 1),
      ).toBeLessThan(1e-6);
    });

    it('pixelKlLoss is never negative, and 0 for equal maps and for unseen keypoints', async () => {
      await fc.assert(
        fc.asyncProperty(fc.integer(), fc.integer(), async (one, other) => {
          const [a, b] = [wave([1, 3, 2, 2], one), wave([1, 3, 2, 2], other)];
          expect(await read(pixelKlLoss(a, b))).toBeGreaterThan(-1e-7);
          expect(Math.abs(await read(pixelKlLoss(a, a)))).toBeLessThan(1e-7);
          expect(Math.abs(await read(pixelKlLoss(a, b, tf.zeros([1, 2]))))).toBeLessThan(1e-7);
          tf.dispose([a, b]);
        }),
        { numRuns: 20 },
      );
    });

    it('heatmapOhkmLoss with all keypoints is the plain mean', async () => {
      const [a, b] = [wave([2, 3, 4, 3], 5), wave([2, 3, 4, 3], 6)];
      const all = await read(heatmapOhkmLoss(a, b, undefined, { hardest: 3 }));
      expect(all).toBeCloseTo(await read(heatmapMseLoss(a, b)), 6);
      expect(await read(heatmapOhkmLoss(a, b, undefined, { hardest: 1 }))).toBeGreaterThan(all);
    });

    it('heatmapOhkmLoss of one keypoint is its error', async () => {
      const [a, b] = [wave([2, 3, 4, 1], 5), wave([2, 3, 4, 1], 6)];
      const only = await read(heatmapOhkmLoss(a, b, undefined, { hardest: 1 }));
      expect(only).toBeCloseTo(await read(heatmapMseLoss(a, b)), 6);
    });

    it('weightedSum adds nothing for a weight of 0', async () => {
      const [infinite, one] = [tf.scalar(Number.POSITIVE_INFINITY), tf.scalar(1)];
      expect(await read(weightedSum([infinite, one], [0, 3]))).toBe(3);
      const [none, three] = tf.grads((a, b) =>
        weightedSum([a as tf.Scalar, b as tf.Scalar], [0, 3]),
      )([infinite, one]);
      expect([await read(none!), await read(three!)]).toEqual([0, 3]);
    });

    it('teacherMixLoss counts both ways', async () => {
      const [a, b, c] = [7, 8, 9].map((seed) => wave([1, 2, 2, 2], seed)) as [
        tf.Tensor4D,
        tf.Tensor4D,
        tf.Tensor4D,
      ];
      const mse = async (target: tf.Tensor4D) =>
        read(heatmapMseLoss(a, target, undefined, { weighting: 'hrnet' }));
      const [teacher, truth] = [await mse(b), await mse(c)];
      const mixed = (alphaOn: 'teacher' | 'groundTruth') =>
        read(teacherMixLoss(a, b, c, undefined, { alpha: 0.8, alphaOn }));
      expect(await mixed('teacher')).toBeCloseTo(0.8 * teacher + 0.2 * truth, 6);
      expect(await mixed('groundTruth')).toBeCloseTo(0.2 * teacher + 0.8 * truth, 6);
    });

    it('stageDistillationLoss moves stages only, each towards whom it follows', async () => {
      const [one, two, teacher] = [10, 11, 12].map((seed) => wave([1, 2, 2, 2], seed)) as [
        tf.Tensor4D,
        tf.Tensor4D,
        tf.Tensor4D,
      ];
      const mse = async (a: tf.Tensor4D, b: tf.Tensor4D) =>
        read(heatmapMseLoss(a, b, undefined, { weighting: 'hrnet' }));
      const toTeacher = await read(
        stageDistillationLoss([one, two], teacher, undefined, { stageWeights: [1, 0.5] }),
      );
      expect(toTeacher).toBeCloseTo((await mse(one, teacher)) + 0.5 * (await mse(two, teacher)), 6);
      const next = (stages: tf.Tensor4D[]) =>
        stageDistillationLoss(stages, teacher, undefined, { towards: 'next' });
      expect(await read(next([one, two]))).toBeCloseTo(
        (await mse(one, two)) + (await mse(two, teacher)),
        6,
      );
      // The second stage gets its gradient from the teacher alone, though the first one follows it.
      const second = tf.grad((x) => next([one, x as tf.Tensor4D]))(two);
      const alone = tf.grad((x) =>
        heatmapMseLoss(x as tf.Tensor4D, teacher, undefined, { weighting: 'hrnet' }),
      )(two);
      expect(await read(tf.max(tf.abs(tf.sub(second, alone))))).toBe(0);
    });
  });

  it('rampUp has the published values', () => {
    const values = [0, 10, 30, 45, 60, 80].map((epoch) => Number(rampUp(epoch, 60).toFixed(6)));
    expect(values).toEqual([0.006738, 0.031048, 0.286505, 0.731616, 1, 1]);
    expect(rampUp(3, 0)).toBe(1);
    expect(() => rampUp(1, -1)).toThrow(LossError);
  });

  it('expertWeights grow to 1', () => {
    expect(expertWeights(4)).toEqual([0.5, 0.75, 1]);
    expect(expertWeights(1)).toEqual([]);
  });

  it('refuse what does not fit, with both shapes', () => {
    const [a, b] = [tf.zeros([1, 2, 2, 3]), tf.zeros([1, 2, 2, 4])] as [tf.Tensor4D, tf.Tensor4D];
    expect(() => pixelKlLoss(a, b)).toThrow(/\[1,2,2,3\] and \[1,2,2,4\]/);
    expect(() => pixelKlLoss(a, a, undefined, { temperature: 0 })).toThrow(/temperature/);
    expect(() => heatmapOhkmLoss(a, a)).toThrow(/hardest.*3 keypoints, got 8/);
    expect(() => teacherMixLoss(a, a, a, undefined, { alpha: 1.5 })).toThrow(/alpha/);
    expect(() => weightedSum([tf.scalar(1)], [])).toThrow(/1 terms and 0 weights/);
    expect(() => stageDistillationLoss([], a)).toThrow(/0 terms/);
    expect(() => stageDistillationLoss([a], a, undefined, { stageWeights: [1, 2] })).toThrow(
      /2 weights/,
    );
  });
});
