import type { Network } from '@pose-distill/network';
import * as tf from '@tensorflow/tfjs-core';
import { initialWeights } from './initial.js';

/**
 * All that a step changes. P is the number of trained values: `weights` and both Adam moments are flat [P], in the
 * network's parameter order; `statistics` are the running statistics by name.
 */
export interface TrainState {
  readonly weights: tf.Tensor1D;
  readonly firstMoment: tf.Tensor1D;
  readonly secondMoment: tf.Tensor1D;
  readonly statistics: Readonly<Record<string, tf.Tensor>>;
  /** Exponential moving average of weights and statistics [P + S], for plans with `ema`. */
  readonly average?: tf.Tensor1D;
}

/** The trained parameters of a network, in the order of the flat arrays. */
export function trainedParameters(network: Network): Network['parameters'] {
  return network.parameters.filter((parameter) => parameter.kind === 'weight');
}

/** The running statistics of a network, in the order they have behind the weights in flat arrays. */
export function statisticParameters(network: Network): Network['parameters'] {
  return network.parameters.filter((parameter) => parameter.kind === 'state');
}

/** The state as plain arrays: what a checkpoint holds. */
export interface StateArrays {
  readonly weights: Float32Array;
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
  readonly statistics: Readonly<Record<string, Float32Array>>;
  readonly average?: Float32Array;
}

/**
 * The state before the first step: a function of (network, seed).
 *
 * @param values of all parameters and statistics; default drawn from the seed
 */
export function initialState(
  network: Network,
  seed: number,
  values: Readonly<Record<string, Float32Array>> = initialWeights(network, seed).weights,
): StateArrays {
  const parameters = trainedParameters(network);
  const total = parameters.reduce((sum, { name }) => sum + values[name]!.length, 0);
  const weights = new Float32Array(total);
  let offset = 0;
  for (const { name } of parameters) {
    weights.set(values[name]!, offset);
    offset += values[name]!.length;
  }
  const statistics = Object.fromEntries(
    statisticParameters(network).map(({ name }) => [name, values[name]!]),
  );
  return {
    weights,
    firstMoment: new Float32Array(total),
    secondMoment: new Float32Array(total),
    statistics,
  };
}

export function toTensors(network: Network, arrays: StateArrays): TrainState {
  const shapes = new Map(network.parameters.map(({ name, shape }) => [name, shape]));
  return {
    weights: tf.tensor1d(arrays.weights),
    firstMoment: tf.tensor1d(arrays.firstMoment),
    secondMoment: tf.tensor1d(arrays.secondMoment),
    statistics: Object.fromEntries(
      Object.entries(arrays.statistics).map(([name, values]) => [
        name,
        tf.tensor(values, [...shapes.get(name)!]),
      ]),
    ),
    ...(arrays.average && { average: tf.tensor1d(arrays.average) }),
  };
}

export async function toArrays(state: TrainState): Promise<StateArrays> {
  const read = async (tensor: tf.Tensor): Promise<Float32Array> =>
    (await tensor.data()) as Float32Array;
  const statistics: Record<string, Float32Array> = {};
  for (const [name, tensor] of Object.entries(state.statistics))
    statistics[name] = await read(tensor);
  return {
    weights: await read(state.weights),
    firstMoment: await read(state.firstMoment),
    secondMoment: await read(state.secondMoment),
    statistics,
    ...(state.average && { average: await read(state.average) }),
  };
}

export function disposeState(state: TrainState): void {
  tf.dispose([state.weights, state.firstMoment, state.secondMoment, state.average ?? []]);
  tf.dispose(Object.values(state.statistics));
}

/** Every parameter and statistic of the network as its own array. */
export function namedWeights(network: Network, arrays: StateArrays): Record<string, Float32Array> {
  const values: Record<string, Float32Array> = { ...arrays.statistics };
  let offset = 0;
  for (const { name, shape } of trainedParameters(network)) {
    const length = shape.reduce((a, b) => a * b, 1);
    values[name] = arrays.weights.slice(offset, offset + length);
    offset += length;
  }
  return values;
}
