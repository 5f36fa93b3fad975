// A model of tfjs-layers that knows nothing of us: stock tfjs cannot train it on WASM; one import, and it can.
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';

await tf.setBackend('wasm');
const model = sequential({
  layers: [
    layers.conv2d({
      inputShape: [48, 32, 3],
      filters: 16,
      kernelSize: 3,
      strides: 2,
      padding: 'same',
      useBias: false,
    }),
    layers.batchNormalization(),
    layers.reLU({ maxValue: 6 }),
    layers.separableConv2d({ filters: 24, kernelSize: 3, padding: 'same', activation: 'relu' }),
    layers.conv2d({
      filters: 24,
      kernelSize: 3,
      dilationRate: 2,
      padding: 'same',
      activation: 'relu',
    }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.upSampling2d({ size: [2, 2] }),
    layers.dropout({ rate: 0.1 }),
    layers.flatten(),
    layers.dense({ units: 2, activation: 'sigmoid' }),
  ],
});
model.compile({ optimizer: tf.train.adam(0.003), loss: 'meanSquaredError' });

// Where is the bright spot?
const [count, height, width] = [16, 48, 32];
const spots = Array.from(
  { length: count },
  (_, i) => [(i * 7) % width, (i * 11) % height] as const,
);
const pixels = tf.buffer([count, height, width, 3]);
for (const [i, [x, y]] of spots.entries()) for (let c = 0; c < 3; c++) pixels.set(3, i, y, x, c);
const images = pixels.toTensor();
const targets = tf.tensor2d(spots.map(([x, y]) => [x / width, y / height]));

async function fit(epochs: number): Promise<{ losses: number[]; milliseconds: number }> {
  await model.fit(images, targets, { epochs: 1, batchSize: 8, verbose: 0 }); // warm up
  const start = performance.now();
  const { history } = await model.fit(images, targets, { epochs, batchSize: 8, verbose: 0 });
  return {
    losses: history.loss as number[],
    milliseconds: (performance.now() - start) / (2 * epochs),
  };
}

/** For the test that runs this file. */
export const outcome: { error?: string; losses?: number[]; faster?: number } = {};

await fit(1).catch((error: Error) => {
  outcome.error = error.message;
});
console.log('stock tfjs:', outcome.error); // Error in gradient of conv2D: dilation rates greater than 1 …

const { registered } = await import('@pose-distill/accelerate/register');
const after = await fit(6);
outcome.losses = after.losses;
console.log(`${registered.kernels.length} kernels, ${after.milliseconds.toFixed(1)} ms a step`);
console.log('loss', after.losses.map((loss) => loss.toFixed(3)).join(' '));

await tf.setBackend('cpu');
const before = await fit(1);
outcome.faster = before.milliseconds / after.milliseconds;
console.log(`cpu backend: ${before.milliseconds.toFixed(0)} ms a step`);
registered.undo();
