import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';

/** Values in [-1, 1) without a pattern, the same on every machine. */
function values(count: number, salt: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => {
    const x = Math.sin(12.9898 * (i + 1) + 78.233 * salt) * 43758.5453;
    return 2 * (x - Math.floor(x)) - 1;
  });
}

/** A small network of the layers that image models use, as tfjs-layers writes them; weights made from numbers. */
export function smallModel(): layers.Sequential {
  const L = layers.layers;
  const model = layers.sequential({
    layers: [
      L.conv2d({
        inputShape: [12, 8, 3],
        filters: 6,
        kernelSize: 3,
        padding: 'same',
        activation: 'relu',
      }),
      L.conv2d({ filters: 8, kernelSize: 3, padding: 'same', useBias: false }),
      L.batchNormalization(),
      L.reLU({ maxValue: 6 }),
      L.depthwiseConv2d({ kernelSize: 3, strides: 2, padding: 'same' }),
      L.separableConv2d({ filters: 12, kernelSize: 3, padding: 'same', activation: 'elu' }),
      L.conv2d({
        filters: 8,
        kernelSize: 3,
        dilationRate: 2,
        padding: 'same',
        activation: 'relu',
      }),
      L.upSampling2d({ size: [2, 2] }),
      L.upSampling2d({ size: [2, 2], interpolation: 'bilinear' }),
      L.conv2dTranspose({ filters: 6, kernelSize: 4, strides: 2, padding: 'same' }),
      L.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
      L.averagePooling2d({ poolSize: 3, strides: 3, padding: 'same' }),
      L.layerNormalization(),
      L.dropout({ rate: 0.25, seed: 5 }),
      L.flatten(),
      L.dense({ units: 4, activation: 'softmax' }),
    ],
  });
  const weights = model.getWeights().map(({ shape }, i) => {
    const size = shape.reduce((a, b) => a * b, 1);
    if (shape.length > 1) {
      const fanIn = size / shape[shape.length - 1]!;
      return tf.tensor(
        values(size, i).map((v) => v / Math.sqrt(fanIn)),
        shape,
      );
    }
    return tf.tensor(
      values(size, i).map((v) => 1 + 0.1 * v),
      shape,
    );
  });
  model.setWeights(weights);
  tf.dispose(weights);
  return model;
}

/** What training gave: the loss of each epoch and all weights in one row. */
export interface Trained {
  readonly losses: number[];
  readonly weights: number[];
}

/** Compiles and fits the small model on the current backend, as a user of tfjs-layers would. */
export async function trainSmallModel(
  epochs: number,
  optimizer: tf.Optimizer = tf.train.adam(0.001),
): Promise<Trained> {
  const model = smallModel();
  model.compile({ optimizer, loss: 'categoricalCrossentropy' });
  const x = tf.tensor(values(8 * 12 * 8 * 3, 99), [8, 12, 8, 3]);
  const y = tf.cast(tf.oneHot(tf.tensor1d([0, 1, 2, 3, 2, 1, 0, 3], 'int32'), 4), 'float32');
  const history = await model.fit(x, y, { epochs, batchSize: 4, shuffle: false, verbose: 0 });
  const read = await Promise.all(model.getWeights().map((weight) => weight.data()));
  tf.dispose([x, y]);
  model.dispose();
  return {
    losses: history.history.loss as number[],
    weights: read.flatMap((row) => Array.from(row)),
  };
}
