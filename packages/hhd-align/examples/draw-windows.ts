// What the loss sees of one keypoint: both maps with their windows, and what is in them, as an SVG text.
import '@tensorflow/tfjs-backend-cpu';
import { drawWindows } from '@pose-distill/hhd-align';
import * as tf from '@tensorflow/tfjs-core';

const [width, height] = [24, 18];
const blob = (x: number, y: number, sigma: number, peak: number): tf.Tensor4D => {
  const cell = (i: number): number =>
    peak *
    Math.exp(-(((i % width) - x) ** 2 + (Math.floor(i / width) - y) ** 2) / (2 * sigma ** 2));
  const data = Float32Array.from({ length: width * height }, (_, i) => cell(i));
  return tf.tensor4d(data, [1, height, width, 1]);
};

// The teacher's peak is at (6, 8). So is the soft-argmax of this student: its blob lies at (3, 8), and the background draws the answer
// toward the middle of the map. The windows meet the blobs.
const teacher = blob(6, 8, 2, 1);
const student = blob(3, 7.8, 1.8, 0.5);

const picture: string = await drawWindows({ student, teacher }, { windowSize: 8 });
console.log(picture.match(/[a-z]+, window around [^<]*/g)?.join('; '));

export default picture;
// teacher, window around (6, 8); student, window around (3, 8)
