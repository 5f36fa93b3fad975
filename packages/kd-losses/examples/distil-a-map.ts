// One student map learns the shape of a teacher's blob from hhdLoss alone, with stock tfjs: no gradients are registered.
import '@tensorflow/tfjs-backend-cpu';
import { hhdLoss } from '@pose-distill/kd-losses';
import * as tf from '@tensorflow/tfjs-core';

const size = 16;
const blob = (x: number, y: number, sigma: number): tf.Tensor4D => {
  const cell = (i: number): number =>
    Math.exp(-(((i % size) - x) ** 2 + (Math.floor(i / size) - y) ** 2) / (2 * sigma ** 2));
  const data = Float32Array.from({ length: size * size }, (_, i) => cell(i));
  return tf.tensor4d(data, [1, size, size, 1]);
};

const teacher = blob(9, 6, 2);
let student = blob(7, 7, 3);

const step = tf.valueAndGrad((logits) =>
  hhdLoss(logits as tf.Tensor4D, teacher, { variant: 'reference' }),
);
for (let i = 0; i <= 60; i++) {
  const { value, grad } = step(student);
  if (i % 30 === 0) console.log(`step ${i}: loss ${(await value.data())[0]!.toFixed(4)}`);
  const next = tf.tidy(() => tf.sub(student, tf.mul(grad, 2)) as tf.Tensor4D);
  tf.dispose([student, value, grad]);
  student = next;
}
// step 0: loss 0.1499
// step 30: loss 0.0049
// step 60: loss 0.0019
