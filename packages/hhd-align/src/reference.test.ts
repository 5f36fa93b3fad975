import {
  forEachBackend,
  goldenOrReference,
  largestDifference,
  largestMagnitude,
  readReferenceJson,
} from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { fromReference, readArray, toReference } from '../test/maps.js';
import { alignHeatmaps, type Normalisation, windowCentres } from './index.js';

/** Float32 rounding of values up to a few tens; the reference ran in double precision. */
const WINDOW_TOLERANCE = 1e-6;
const GRADIENT_TOLERANCE = 1e-5;

interface Case {
  readonly params: {
    readonly ifsoftmax: 0 | 1 | 2 | 3;
    readonly norm_mode_s?: 1 | 2;
    readonly norm_mode_t?: 1 | 2;
    readonly crop_size: readonly [number, number];
  };
}

function normalisations({ params }: Case): [Normalisation, Normalisation] {
  if (params.ifsoftmax === 1) return ['softmax', 'softmax'];
  if (params.ifsoftmax === 2) return ['none', 'none'];
  if (params.ifsoftmax === 3) return ['softmax', 'none'];
  const norm = (order: 1 | 2 | undefined): Normalisation => (order === 1 ? 'l1' : 'l2');
  return [norm(params.norm_mode_s), norm(params.norm_mode_t)];
}

const CASES = ['config', 'l1norm', 'low-logits', 'raw', 'softmax', 'student-softmax'];

describe('the released CropbiasLoss', () => {
  forEachBackend(() => {
    for (const name of CASES) {
      const folder = goldenOrReference(
        new URL(`../test/golden/hhd-cropbias-${name}`, import.meta.url),
        'losses',
        `hhd-cropbias-${name}`,
      );
      it.skipIf(!folder)(`cuts the windows of case ${name} and sends gradients back`, async () => {
        const load = (array: string) => readArray(`${folder}/${array}.npy`);
        const params = readReferenceJson<Case>(`${folder}/case.json`);
        const [studentNormalisation, teacherNormalisation] = normalisations(params);
        const [height, width] = params.params.crop_size;
        const options = {
          variant: 'reference',
          windowSize: { width, height },
          studentNormalisation,
          teacherNormalisation,
        } as const;
        const student = fromReference(load('student'));
        const teacher = fromReference(load('teacher'));

        const windows = alignHeatmaps({ student, teacher }, options);
        const [cropS, cropT] = [load('crop_student'), load('crop_teacher')];
        expect(windows.student.shape).toEqual(cropS.shape);
        for (const [actual, expected] of [
          [windows.student, cropS],
          [windows.teacher, cropT],
        ] as const) {
          const crop = expected.data as Float32Array;
          const scale = Math.max(1, largestMagnitude(crop));
          expect(largestDifference(await actual.data(), crop)).toBeLessThan(
            WINDOW_TOLERANCE * scale,
          );
        }

        // The stored gradient is of loss_weight / batch * sum of squares; scaled to its largest entry here.
        const dy = tf.sub(windows.student, windows.teacher);
        const gradient = tf.grad(
          (x) => alignHeatmaps({ student: x as tf.Tensor4D, teacher }, options).student,
        )(student, dy);
        const expected = load('grad_student').data as Float32Array;
        const weight = (params.params as { loss_weight?: number }).loss_weight ?? 1;
        const scale = (2 * weight) / student.shape[0];
        const actual = (await toReference(gradient)).map((v) => v * scale);
        expect(largestDifference(actual, expected)).toBeLessThan(
          GRADIENT_TOLERANCE * largestMagnitude(expected),
        );
      });
    }

    it('centres both windows at the peak of the teacher for ordinary logits', async () => {
      const folder = new URL('../test/golden/hhd-cropbias-config', import.meta.url).pathname;
      const student = fromReference(readArray(`${folder}/student.npy`));
      const teacher = fromReference(readArray(`${folder}/teacher.npy`));
      const centres = windowCentres({ student, teacher }, { variant: 'reference' });
      expect(await centres.student.data()).toEqual(await centres.teacher.data());
    });
  });
});
