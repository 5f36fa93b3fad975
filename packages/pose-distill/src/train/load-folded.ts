import { foldBatchNorm, type Network } from '@pose-distill/network';
import { toTensors } from '@pose-distill/network-tfjs';
import type * as tf from '@tensorflow/tfjs-core';
import type { Model } from '../model/model.js';

/** A network on the backend, for inference. */
export interface LoadedModel {
  readonly network: Network;
  readonly variables: Readonly<Record<string, tf.Tensor>>;
}

/** Folds a model's batch norm into its convolutions and puts it on the backend; the caller disposes the variables. */
export function loadFolded(model: Model): LoadedModel {
  const { network, weights } = foldBatchNorm(model.network, model.weights);
  return { network, variables: toTensors(network, weights) };
}
