import { forEachBackend } from '@pose-distill/internal-testing';
import { describe, expect, it } from 'vitest';
import { gaussian, mapOf, tensorOfMaps } from '../test/maps.js';
import { alignHeatmaps, type CentreVariant, windowCentres } from './index.js';

/** Numbers computed in double precision outside this project; the maps here are rounded to float32. */
const TOLERANCE = 1e-5;

type Point = readonly [number, number];

interface Row {
  readonly teacher: Point;
  readonly student: (x: number, y: number) => number;
  readonly variant: CentreVariant;
  readonly loss: number;
  readonly centres: readonly [Point, Point];
}

const shifted =
  ([tx, ty]: Point) =>
  (x: number, y: number) =>
    1.5 * gaussian(tx + 0.6, ty - 0.4, 1.5)(x, y) - 0.1 + 0.02 * Math.sin(0.7 * x + 0.3 * y);
const soft = (x: number, y: number) => (a: number, b: number) => 0.3 * gaussian(x, y, 1.6)(a, b);
const released = (teacher: Point, peak: Point, loss: number): Row => ({
  teacher,
  student: shifted(teacher),
  variant: 'reference',
  loss,
  centres: [peak, peak],
});

const ROWS: readonly Row[] = [
  released([8.2, 7.6], [8, 8], 0.132104696),
  released([1.3, 0.4], [1, 0], 0.206758606),
  released([14.8, 15], [15, 15], 0.267715061),
  released([0.2, 15], [0, 15], 0.089023425),
  ...(
    [
      ['reference', 0.093116413, [5, 9]],
      ['paper', 0.520594848, [0, 12]],
    ] as const
  ).map(([variant, loss, centre]) => ({
    teacher: [5, 9] as Point,
    student: soft(4.4, 9.8),
    variant,
    loss,
    centres: [[5, 9], centre] as [Point, Point],
  })),
  ...(
    [
      ['reference', 0.135316446, [3, 12]],
      ['paper', 0.789029638, [0, 15]],
    ] as const
  ).map(([variant, loss, centre]) => ({
    teacher: [3.2, 11.9] as Point,
    student: soft(2.4, 12.8),
    variant,
    loss,
    centres: [[3, 12], centre] as [Point, Point],
  })),
];

describe('worked examples on 16x16 maps', () => {
  forEachBackend(() => {
    it.each(ROWS)('$variant, teacher at $teacher: $loss', async (row) => {
      const pair = {
        student: tensorOfMaps([mapOf(16, 16, row.student)], 1),
        teacher: tensorOfMaps([mapOf(16, 16, gaussian(row.teacher[0], row.teacher[1], 2))], 1),
      };
      const centres = windowCentres(pair, { variant: row.variant });
      const [teacherCentre, studentCentre] = row.centres;
      expect([...(await centres.teacher.data())]).toEqual(teacherCentre);
      expect([...(await centres.student.data())]).toEqual(studentCentre);

      const windows = alignHeatmaps(pair, { variant: row.variant });
      const [s, t] = [await windows.student.data(), await windows.teacher.data()];
      const loss = 0.5 * Array.from(s, (v, i) => (v - t[i]!) ** 2).reduce((sum, v) => sum + v, 0);
      expect(Math.abs(loss / row.loss - 1)).toBeLessThan(TOLERANCE);
    });
  });
});
