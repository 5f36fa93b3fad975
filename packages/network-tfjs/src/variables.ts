import type { Network, Weights } from '@pose-distill/network';
import * as tf from '@tensorflow/tfjs-core';
import { RunError } from './error.js';

/**
 * Weights as tensors, by parameter name. The caller disposes them, for example with `tf.dispose(tensors)`.
 *
 * @throws RunError UNKNOWN_NAME, SHAPE_MISMATCH
 */
export function toTensors(network: Network, weights: Weights): Record<string, tf.Tensor> {
  const tensors: Record<string, tf.Tensor> = {};
  for (const { name, shape } of network.parameters) {
    const values = weights[name];
    const size = shape.reduce((product, length) => product * length, 1);
    if (!values) {
      tf.dispose(tensors);
      throw new RunError('UNKNOWN_NAME', `toTensors: weights '${name}' [${shape}] are missing`, {
        name,
      });
    }
    if (values.length !== size) {
      tf.dispose(tensors);
      throw new RunError(
        'SHAPE_MISMATCH',
        `toTensors: '${name}' [${shape}] needs ${size} numbers, got ${values.length}`,
        { name, shape },
      );
    }
    tensors[name] = tf.tensor(values.slice(), [...shape], 'float32');
  }
  return tensors;
}

/** Weights as tfjs variables, by parameter name; those of kind `weight` are trainable. The caller disposes them. */
export function createVariables(network: Network, weights: Weights): Record<string, tf.Variable> {
  const tensors = toTensors(network, weights);
  const variables: Record<string, tf.Variable> = {};
  for (const { name, kind } of network.parameters) {
    // tfjs wants names that nobody else uses, so it makes its own.
    variables[name] = tf.variable(tensors[name]!, kind === 'weight');
    tensors[name]!.dispose();
  }
  return variables;
}

/** Assigns new values to variables, such as the `updates` of a run, and disposes the tensors given. */
export function applyUpdates(
  variables: Readonly<Record<string, tf.Variable>>,
  updates: Readonly<Record<string, tf.Tensor>>,
): void {
  for (const [name, update] of Object.entries(updates)) {
    const variable = variables[name];
    if (!variable)
      throw new RunError('UNKNOWN_NAME', `applyUpdates: there is no variable '${name}'`, { name });
    variable.assign(update);
    update.dispose();
  }
}

/** Reads tensors or variables back, in the form that `saveWeights` and `toTensors` take. */
export async function readWeights(
  network: Network,
  variables: Readonly<Record<string, tf.Tensor>>,
): Promise<Record<string, Float32Array>> {
  const read = await Promise.all(
    network.parameters.map(async ({ name }) => {
      const variable = variables[name];
      if (!variable)
        throw new RunError('UNKNOWN_NAME', `readWeights: there is no variable '${name}'`, { name });
      return [name, Float32Array.from(await variable.data())] as const;
    }),
  );
  return Object.fromEntries(read);
}
