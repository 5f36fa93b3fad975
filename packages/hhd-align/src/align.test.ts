import {
  forEachBackend,
  largestDifference,
  largestMagnitude,
} from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { mapOf, tensorOfMaps, toReference } from '../test/maps.js';
import {
  type PlainMap,
  plainAligned,
  plainCentre,
  plainGradient,
  plainPeak,
} from '../test/plain-alignment.js';
import {
  type AlignOptions,
  alignHeatmaps,
  cropWindows,
  normaliseHeatmaps,
  windowCentres,
} from './index.js';

/** Float32 against doubles, relative to the largest entry. */
const TOLERANCE = 1e-5;

const noise = (seed: number, spread: number) => (x: number, y: number) =>
  spread * Math.sin(seed + 12.9898 * x + 78.233 * y + 3.1 * Math.sin(x * y + seed));

const scenario = fc.record({
  mapWidth: fc.integer({ min: 3, max: 13 }),
  mapHeight: fc.integer({ min: 3, max: 13 }),
  width: fc.integer({ min: 1, max: 9 }),
  height: fc.integer({ min: 1, max: 9 }),
  seed: fc.integer({ min: 0, max: 1000 }),
  batch: fc.constantFrom(1, 2),
  keypoints: fc.constantFrom(1, 3),
  spread: fc.constantFrom(0.3, 2),
  variant: fc.constantFrom('paper' as const, 'reference' as const),
  studentNormalisation: fc.constantFrom(
    'l2' as const,
    'l1' as const,
    'softmax' as const,
    'none' as const,
  ),
  teacherNormalisation: fc.constantFrom(
    'l2' as const,
    'l1' as const,
    'softmax' as const,
    'none' as const,
  ),
});

describe('alignHeatmaps', () => {
  forEachBackend((backend) => {
    it('agrees with plain loops in doubles, forward and backward, for any sizes', async () => {
      await fc.assert(
        fc.asyncProperty(scenario, async (s) => {
          const count = s.batch * s.keypoints;
          const maps = (salt: number): PlainMap[] =>
            Array.from({ length: count }, (_, i) =>
              mapOf(s.mapWidth, s.mapHeight, noise(s.seed + salt + 7.7 * i, s.spread)),
            );
          const [students, teachers] = [maps(0), maps(0.37)];
          const student = tensorOfMaps(students, s.keypoints);
          const teacher = tensorOfMaps(teachers, s.keypoints);
          const options: AlignOptions = {
            variant: s.variant,
            beta: 2,
            windowSize: { width: s.width, height: s.height },
            studentNormalisation: s.studentNormalisation,
            teacherNormalisation: s.teacherNormalisation,
          };
          const windows = alignHeatmaps({ student, teacher }, options);
          expect(windows.student.shape).toEqual([s.batch, s.keypoints, s.height, s.width]);

          const area = s.width * s.height;
          const dy = Float32Array.from({ length: count * area }, (_, i) => Math.cos(i * i));
          const upstream = tf.tensor(dy, windows.student.shape);
          const gradient = tf.grad(
            (x) => alignHeatmaps({ student: x as tf.Tensor4D, teacher }, options).student,
          )(student, upstream);

          const [forStudent, forTeacher, forGradient] = [[], [], []] as number[][];
          students.forEach((map, i) => {
            const peak = plainPeak(teachers[i]!);
            const centre = plainCentre(map, peak, s.variant, 2);
            const own = { width: s.width, height: s.height, normalisation: s.studentNormalisation };
            const other = { ...own, normalisation: s.teacherNormalisation };
            forStudent!.push(...plainAligned(map, centre, own));
            forTeacher!.push(...plainAligned(teachers[i]!, peak, other));
            forGradient!.push(
              ...plainGradient(map, centre, own, dy.subarray(i * area, (i + 1) * area)),
            );
          });
          for (const [actual, expected] of [
            [await windows.student.data(), forStudent!],
            [await windows.teacher.data(), forTeacher!],
            [await toReference(gradient), forGradient!],
          ] as const) {
            const scale = Math.max(largestMagnitude(expected), 1e-3);
            expect(largestDifference(actual, expected) / scale).toBeLessThan(TOLERANCE);
          }
          tf.dispose([student, teacher, windows.student, windows.teacher, upstream, gradient]);
        }),
        { numRuns: backend === 'cpu' ? 40 : 80, seed: 20240105 },
      );
    });

    it('is its three parts one after the other', async () => {
      const pair = {
        student: tensorOfMaps([mapOf(11, 7, noise(1, 1)), mapOf(11, 7, noise(2, 1))], 2),
        teacher: tensorOfMaps([mapOf(11, 7, noise(3, 1)), mapOf(11, 7, noise(4, 1))], 2),
      };
      const windows = alignHeatmaps(pair, { windowSize: 5, teacherNormalisation: 'l1' });
      const centres = windowCentres(pair);
      const student = cropWindows(normaliseHeatmaps(pair.student), centres.student, { size: 5 });
      const teacher = cropWindows(normaliseHeatmaps(pair.teacher, 'l1'), centres.teacher, {
        size: 5,
      });
      expect(largestDifference(await windows.student.data(), await student.data())).toBeLessThan(
        1e-7,
      );
      expect(largestDifference(await windows.teacher.data(), await teacher.data())).toBeLessThan(
        1e-7,
      );
    });

    it('treats the teacher as a constant unless asked', async () => {
      const student = tensorOfMaps([mapOf(6, 6, noise(5, 1))], 1);
      const teacher = tensorOfMaps([mapOf(6, 6, noise(6, 1))], 1);
      const upstream = tf.ones([1, 1, 4, 4]);
      const gradientOf = (detachTeacher?: boolean) =>
        tf.grad((x) => {
          const maps = { student, teacher: x as tf.Tensor4D };
          return alignHeatmaps(maps, {
            windowSize: 4,
            ...(detachTeacher === undefined ? {} : { detachTeacher }),
          }).teacher;
        })(teacher, upstream);
      expect(largestMagnitude(await gradientOf().data())).toBe(0);
      const asStudent = tf.grad(
        (x) =>
          alignHeatmaps(
            { student: x as tf.Tensor4D, teacher },
            { windowSize: 4, variant: 'reference' },
          ).student,
      )(teacher, upstream);
      const asTeacher = await gradientOf(false).data();
      expect(largestMagnitude(asTeacher)).toBeGreaterThan(0);
      expect(asTeacher).toEqual(await asStudent.data());
    });

    it('keeps zero, constant, tiny and huge maps finite, forward and backward', async () => {
      for (const value of [0, 1, -1, 1e-20, 1e19, -3e38]) {
        const student = tf.fill([1, 8, 6, 2], value) as tf.Tensor4D;
        const teacher = tf.fill([1, 8, 6, 2], -value) as tf.Tensor4D;
        for (const normalisation of ['l2', 'l1', 'softmax', 'none'] as const)
          for (const variant of ['paper', 'reference'] as const) {
            const options: AlignOptions = {
              variant,
              studentNormalisation: normalisation,
              teacherNormalisation: normalisation,
            };
            const windows = alignHeatmaps({ student, teacher }, options);
            const gradient = tf.grad(
              (x) => alignHeatmaps({ student: x as tf.Tensor4D, teacher }, options).student,
            )(student, tf.ones([1, 2, 8, 8]));
            for (const result of [windows.student, windows.teacher, gradient]) {
              const data = Array.from(await result.data());
              expect(data.filter((v) => !Number.isFinite(v))).toEqual([]);
            }
          }
      }
    });

    it('normalises huge maps as it does ordinary ones', async () => {
      const plain = mapOf(8, 8, noise(8, 1));
      const teacher = tensorOfMaps([plain], 1);
      const huge = tensorOfMaps([plain.map((row) => row.map((v) => v * 2 ** 100))], 1);
      for (const normalisation of ['l2', 'l1'] as const) {
        const options = { studentNormalisation: normalisation, variant: 'reference' } as const;
        const expected = alignHeatmaps({ student: teacher, teacher }, options).student;
        const actual = alignHeatmaps({ student: huge, teacher }, options).student;
        expect(largestDifference(await actual.data(), await expected.data())).toBeLessThan(1e-6);
      }
    });

    it('leaves no tensor behind and reads nothing back', async () => {
      const student = tensorOfMaps([mapOf(9, 9, noise(9, 1))], 1);
      const teacher = tensorOfMaps([mapOf(9, 9, noise(10, 1))], 1);
      const upstream = tf.ones([1, 1, 8, 8]);
      const read = vi.spyOn(tf.Tensor.prototype, 'dataSync');
      const before = tf.memory().numTensors;
      const windows = alignHeatmaps({ student, teacher });
      expect(tf.memory().numTensors).toBe(before + 2);
      tf.dispose([windows.student, windows.teacher]);
      const gradient = tf.grad(
        (x) => alignHeatmaps({ student: x as tf.Tensor4D, teacher }).student,
      )(student, upstream);
      gradient.dispose();
      expect(tf.memory().numTensors).toBe(before);
      expect(read).not.toHaveBeenCalled();
      read.mockRestore();
    });
  });

  it('refuses maps it cannot align, and says why', async () => {
    const maps = tf.zeros([1, 4, 4, 2]) as tf.Tensor4D;
    const other = tf.zeros([1, 4, 5, 2]) as tf.Tensor4D;
    const code = (run: () => unknown): unknown => {
      try {
        run();
      } catch (error) {
        return (error as { code?: string }).code;
      }
      return undefined;
    };
    const pair = { student: maps, teacher: maps };
    expect(code(() => alignHeatmaps({ student: maps, teacher: other }))).toBe('SHAPE_MISMATCH');
    expect(code(() => alignHeatmaps(pair, { windowSize: 0 }))).toBe('OUT_OF_RANGE');
    expect(code(() => alignHeatmaps(pair, { windowSize: 2.5 }))).toBe('OUT_OF_RANGE');
    expect(code(() => alignHeatmaps(pair, { beta: 0 }))).toBe('OUT_OF_RANGE');
    expect(code(() => alignHeatmaps(pair, { epsilon: -1 }))).toBe('OUT_OF_RANGE');
    expect(code(() => alignHeatmaps(pair, { variant: 'none' as 'paper' }))).toBe('OUT_OF_RANGE');
    expect(code(() => alignHeatmaps(pair, { studentNormalisation: 'l3' as 'l2' }))).toBe(
      'OUT_OF_RANGE',
    );
    expect(() => alignHeatmaps({ student: maps, teacher: other })).toThrow(
      /\[1,4,4,2\] and \[1,4,5,2\]/,
    );
  });
});
