import { foldBatchNorm } from '@pose-distill/network';
import * as tf from '@tensorflow/tfjs-core';
import { type LoadedEncoder, meansOf } from '../../backbones/test/encoder-cases.js';
import { run, toTensors } from '../src/index.js';

/** The largest difference from PyTorch's answers on the current backend, as a share of the largest answer. */
export async function encoderError(
  { network, weights, image, features, logits }: LoadedEncoder,
  { folded = false }: { readonly folded?: boolean } = {},
): Promise<number> {
  const given = folded ? foldBatchNorm(network, weights) : { network, weights };
  const variables = toTensors(given.network, given.weights);
  const tensor = tf.tensor(image.data, [...image.shape]);
  const { outputs } = run(given.network, variables, { image: tensor });
  const errors = [shareOfLargest(await outputs.logits!.data(), logits)];
  for (const [stride, expected] of Object.entries(features)) {
    const map = outputs[`stride${stride}`]!;
    const means = meansOf(await map.data(), map.shape.at(-1)!);
    errors.push(
      shareOfLargest(means.pixels, expected.pixels),
      shareOfLargest(means.channels, expected.channels),
    );
  }
  tf.dispose([variables, tensor, outputs]);
  return Math.max(...errors);
}

function shareOfLargest(ours: ArrayLike<number>, theirs: readonly number[]): number {
  let difference = 0;
  let largest = 0;
  for (const [i, expected] of theirs.entries()) {
    difference = Math.max(difference, Math.abs(ours[i]! - expected));
    largest = Math.max(largest, Math.abs(expected));
  }
  return ours.length === theirs.length ? difference / largest : Number.POSITIVE_INFINITY;
}
