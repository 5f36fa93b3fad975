// A soft student map and a Gaussian teacher map: where each window goes, and how far apart what it sees is.
import '@tensorflow/tfjs-backend-cpu';
import { alignHeatmaps, windowCentres } from '@pose-distill/hhd-align';
import * as tf from '@tensorflow/tfjs-core';

const blob = (x: number, y: number, sigma: number, height: number): tf.Tensor4D => {
  const cell = (i: number): number =>
    height * Math.exp(-(((i % 16) - x) ** 2 + (Math.floor(i / 16) - y) ** 2) / (2 * sigma ** 2));
  return tf.tensor4d(
    Float32Array.from({ length: 256 }, (_, i) => cell(i)),
    [1, 16, 16, 1],
  );
};

const maps = { student: blob(4.4, 9.8, 1.6, 0.3), teacher: blob(5, 9, 2, 1) };

for (const variant of ['reference', 'paper'] as const) {
  const centres = windowCentres(maps, { variant });
  const windows = alignHeatmaps(maps, { variant, windowSize: 8 });
  const [s, t] = [await windows.student.data(), await windows.teacher.data()];
  let squares = 0;
  for (let i = 0; i < s.length; i++) squares += (s[i]! - t[i]!) ** 2;
  console.log(
    `${variant}: teacher (${await centres.teacher.data()})`,
    `student (${await centres.student.data()}) squares ${squares.toFixed(4)}`,
  );
}
// reference: teacher (5,9) student (5,9) squares 0.1862
// paper: teacher (5,9) student (0,12) squares 1.0412
