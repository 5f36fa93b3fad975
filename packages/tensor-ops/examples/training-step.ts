// A whole training step without a framework: a small network learns to point one pixel right and up of a spot.
import {
  adamScalars,
  adamUpdate,
  batchNormTrain,
  clipByGlobalNorm,
  flattenTensors,
  installGradients,
  softArgmax,
  splitTensor,
} from '@pose-distill/tensor-ops';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';

await tf.setBackend('cpu');
installGradients();

const [height, width] = [8, 12];
const spots = [
  [2, 3],
  [9, 5],
  [6, 1],
  [4, 6],
] as const;
const images = tf.tidy(() => {
  const pixels = tf.buffer([spots.length, height, width, 1]);
  for (const [i, [x, y]] of spots.entries()) pixels.set(1, i, y, x, 0);
  return pixels.toTensor() as tf.Tensor4D;
});
const targets = tf.tensor3d(spots.map(([x, y]) => [[x + 1, y - 1]]));

const shapes = [[3, 3, 1, 6], [6], [6], [1, 1, 6, 1]];
let weights = flattenTensors([
  tf.randomNormal([3, 3, 1, 6], 0, 0.3, 'float32', 1),
  tf.ones([6]),
  tf.zeros([6]),
  tf.randomNormal([1, 1, 6, 1], 0, 0.3, 'float32', 2),
]);
let [m, v] = [tf.zerosLike(weights), tf.zerosLike(weights)];

/** Mean squared distance from the target in pixels. */
function loss(flat: tf.Tensor): tf.Scalar {
  const [filter, gamma, beta, head] = splitTensor(flat as tf.Tensor1D, shapes);
  const hidden = tf.conv2d(images, filter as tf.Tensor4D, 1, 'same');
  const scale = [gamma, beta] as [tf.Tensor1D, tf.Tensor1D];
  const { y } = batchNormTrain(hidden, ...scale, { activation: 'relu' });
  const heatmaps = tf.conv2d(y, head as tf.Tensor4D, 1, 'same');
  const positions = softArgmax(heatmaps, { beta: 2, space: 'heatmap' });
  return tf.mean(tf.sum(tf.squaredDifference(positions, targets), -1)) as tf.Scalar;
}

/** The losses before the first and after the last step, for the test that runs this file. */
export const losses: number[] = [];

for (let step = 1; step <= 40; step++) {
  const next = tf.tidy(() => {
    const { value, grad } = tf.valueAndGrad(loss)(weights);
    const { gradient } = clipByGlobalNorm(grad as tf.Tensor1D, 10);
    const scalars = tf.tensor1d(adamScalars({ learningRate: 0.1, step }));
    return { value, ...adamUpdate({ weights, m, v, gradient, scalars }) };
  });
  if (step === 1 || step === 40) losses.push((await next.value.data())[0]!);
  tf.dispose([weights, m, v, next.value]);
  ({ weights, m, v } = next);
}
console.log('squared error', losses.map((value) => value.toFixed(3)).join(' -> '));
