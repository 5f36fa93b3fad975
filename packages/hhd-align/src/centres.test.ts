import { forEachBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { gaussian, mapOf, tensorOfMaps } from '../test/maps.js';
import { windowCentres } from './index.js';

const peakAt = (x: number, y: number, width = 16, height = 16) =>
  tensorOfMaps([mapOf(width, height, gaussian(x, y, 2))], 1);

describe('windowCentres', () => {
  forEachBackend(() => {
    it('takes the first of equal peaks, row by row', async () => {
      const flat = tf.ones([1, 5, 7, 2]) as tf.Tensor4D;
      const centres = windowCentres({ student: flat, teacher: flat });
      expect([...(await centres.teacher.data())]).toEqual([0, 0, 0, 0]);
      expect(centres.teacher.dtype).toBe('int32');
      const twice = tensorOfMaps([mapOf(7, 5, (x, y) => (x === 3 && y > 1 ? 2 : 0))], 1);
      const later = windowCentres({ student: twice, teacher: twice });
      expect([...(await later.teacher.data())]).toEqual([3, 2]);
    });

    it('finds every cell of wide and tall maps', async () => {
      for (const [width, height] of [
        [18, 24],
        [24, 18],
        [1, 5],
        [7, 1],
      ] as const) {
        const cells = Array.from({ length: width * height }, (_, i) => i);
        const maps = tf.tidy(
          () =>
            tf.transpose(
              tf.reshape(tf.oneHot(tf.tensor1d(cells, 'int32'), cells.length), [
                1,
                cells.length,
                height,
                width,
              ]),
              [0, 2, 3, 1],
            ) as tf.Tensor4D,
        );
        const { teacher, student } = windowCentres({ student: maps, teacher: maps });
        const found = await teacher.data();
        const wrong = cells.filter(
          (i) => found[2 * i] !== i % width || found[2 * i + 1] !== Math.floor(i / width),
        );
        expect(wrong).toEqual([]);
        tf.dispose([maps, teacher, student]);
      }
    });

    it('puts a soft student where its soft-argmax answers the peak of the teacher', async () => {
      // With the background at 0 and c = mean exp(beta*s), the blob belongs at (c*t - g)/(c - 1).
      const student = tensorOfMaps([mapOf(16, 16, (x, y) => 0.35 * gaussian(5, 9, 1.6)(x, y))], 1);
      const teacher = peakAt(5, 9);
      const values = await student.data();
      const c = Array.from(values, (v) => Math.exp(10 * v)).reduce((a, b) => a + b, 0) / 256;
      const expected = [5, 9].map((t) => Math.round((c * t - 7.5) / (c - 1)));
      expect(expected).not.toEqual([5, 9]);
      const centres = windowCentres({ student, teacher });
      expect([...(await centres.student.data())]).toEqual(expected);
    });

    it('is the peak of the teacher for a peaked student, and one too flat to tell', async () => {
      const teacher = peakAt(5, 9);
      for (const height of [30, 1e4, 1e38, 0, -3]) {
        const student = tensorOfMaps(
          [mapOf(16, 16, (x, y) => height * gaussian(5, 9, 1.6)(x, y))],
          1,
        );
        for (const variant of ['paper', 'reference'] as const) {
          const centres = windowCentres({ student, teacher }, { variant });
          expect([...(await centres.student.data())]).toEqual([5, 9]);
        }
      }
    });

    it('follows the released formula for strongly negative logits, inside the map only', async () => {
      // 256 cells of one value v: C = 256 exp(v).
      const teacher = peakAt(8, 3);
      for (const sum of [300, 30, 9, 5, 2.5, 1.2, 0.9, 0.4, 1e-3]) {
        const student = tf.fill([1, 16, 16, 1], Math.log(sum / 256)) as tf.Tensor4D;
        const centres = windowCentres({ student, teacher }, { variant: 'reference' });
        const expected = [8, 3].map((t) => {
          const moved = (sum / (sum - 1)) * (t - 1 / (2 * sum));
          return moved > -1 && moved < 16 ? Math.trunc(moved) + 0 : t;
        });
        expect([...(await centres.student.data())]).toEqual(expected);
      }
    });

    it('has no gradient and leaves no tensor behind', async () => {
      const student = peakAt(4, 4);
      const before = tf.memory().numTensors;
      const centres = windowCentres({ student, teacher: student });
      tf.dispose([centres.student, centres.teacher]);
      expect(tf.memory().numTensors).toBe(before);
      const gradient = tf.grad(
        (x) => windowCentres({ student: x as tf.Tensor4D, teacher: student }).student,
      )(student, tf.ones([1, 1, 2]));
      expect((await gradient.data()).every((v) => v === 0)).toBe(true);
    });
  });
});
