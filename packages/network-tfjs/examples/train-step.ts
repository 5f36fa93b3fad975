import {
  batchNorm,
  conv2d,
  convTranspose2d,
  defineNetwork,
  foldBatchNorm,
  initialise,
  input,
  relu,
} from '@pose-distill/network';
import {
  applyUpdates,
  createVariables,
  readWeights,
  run,
  toTensors,
} from '@pose-distill/network-tfjs';
import { installGradients } from '@pose-distill/tensor-ops';
import * as tf from '@tensorflow/tfjs-core';

/** Trains a network of two layers for some steps on the current backend; gives the losses and the folded result. */
export async function example(steps: number): Promise<{ losses: number[]; shape: number[] }> {
  installGradients();
  const image = input('image', { height: 16, width: 12, channels: 3 });
  const small = conv2d(image, { name: 'conv', channels: 8, kernel: 3, strides: 2, padding: 1 });
  const large = convTranspose2d(relu(batchNorm(small, { name: 'bn' })), {
    name: 'deconv',
    channels: 2,
    kernel: 4,
    strides: 2,
    padding: 1,
  });
  const network = defineNetwork({ inputs: [image], outputs: { heatmaps: large } });

  const variables = createVariables(network, initialise(network, 1));
  const trained = Object.values(variables).filter(({ trainable }) => trainable);
  const x = tf.randomNormal([4, 16, 12, 3], 0, 1, 'float32', 1);
  const target = tf.tidy(() => tf.relu(tf.slice(x, [0, 0, 0, 0], [-1, -1, -1, 2])));
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    let updates = {};
    const { value, grads } = tf.variableGrads(() => {
      const result = run(network, variables, { image: x }, { training: true });
      updates = result.updates;
      tf.keep(result.updates['bn.mean']!);
      tf.keep(result.updates['bn.variance']!);
      return tf.mean(tf.squaredDifference(result.outputs.heatmaps!, target)) as tf.Scalar;
    }, trained);
    tf.tidy(() => {
      for (const variable of trained)
        variable.assign(tf.sub(variable, tf.mul(grads[variable.name]!, 0.5)));
    });
    applyUpdates(variables, updates);
    losses.push((await value.data())[0]!);
    tf.dispose([value, grads]);
  }

  const folded = foldBatchNorm(network, await readWeights(network, variables));
  const tensors = toTensors(folded.network, folded.weights);
  const { outputs } = run(folded.network, tensors, { image: x });
  const { shape } = outputs.heatmaps!;
  tf.dispose([variables, tensors, outputs, x, target]);
  return { losses, shape };
}
