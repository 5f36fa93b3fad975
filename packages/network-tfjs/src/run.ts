import type { Network, Shape } from '@pose-distill/network';
import * as tf from '@tensorflow/tfjs-core';
import { RunError } from './error.js';
import type { BatchStatistics } from './lowering.js';
import { planOf } from './plan.js';
import { updatedStatistics } from './statistics.js';

export interface RunOptions {
  /** Whether batch norm uses the batch and gives new running statistics. @param training default false */
  readonly training?: boolean;
}

export interface RunResult {
  /** By output name, `[B, ...]`. The caller disposes them. */
  readonly outputs: Record<string, tf.Tensor>;
  /** New running statistics by parameter name; empty in inference. The caller disposes them. */
  readonly updates: Record<string, tf.Tensor>;
}

/**
 * Runs a network on the current tfjs backend. Pure: nothing is assigned, variables and inputs stay the caller's.
 *
 * Gradients flow to the variables of kind `weight` and to the inputs, not through `updates`. Under `tf.grads` or
 * `tf.variableGrads`, `tf.keep` what should outlive the function. Without a gradient maps are freed as soon as nobody needs
 * them.
 *
 * @param variables by parameter name; more than the network needs is fine
 * @param inputs by input name, float32 `[B, height, width, channels]`
 * @throws RunError UNKNOWN_NAME for a missing variable or input, SHAPE_MISMATCH for one of another shape,
 * OUT_OF_RANGE for a batch too small to train a batch norm on
 * @example
 * const { outputs } = run(network, variables, { image });
 * const heatmaps = await outputs.heatmaps.data();
 */
export function run(
  network: Network,
  variables: Readonly<Record<string, tf.Tensor>>,
  inputs: Readonly<Record<string, tf.Tensor>>,
  { training = false }: RunOptions = {},
): RunResult {
  for (const { name, shape } of network.parameters)
    checkTensor(variables[name], shape, `parameter '${name}'`);
  const values = readInputs(network, inputs);
  const batch = inputs[network.inputs[0]!]?.shape[0] ?? 1;
  const plan = planOf(network, training);
  const recording = tf.engine().state.gradientDepth > 0;

  return tf.tidy(() => {
    const statistics: BatchStatistics[] = [];
    for (const { node, lowering, activation, output, release } of plan) {
      const call = {
        node: node as Parameters<typeof lowering>[0]['node'],
        inputs: node.inputs.map((name) => values.get(name)!),
        parameter: (role: string) => variables[node.parameters[role]!]!,
        batch,
        training,
        recording,
        activation,
        collect: (batch: BatchStatistics) => void statistics.push(batch),
      };
      // What a step computes on the way goes at once, unless statistics are among it.
      const y = training ? lowering(call) : tf.tidy(() => lowering(call));
      values.set(output, y);
      // While a gradient is recorded the tape decides what may go.
      if (!recording) for (const name of release) tf.dispose(values.get(name)!);
    }
    const given = new Set<tf.Tensor>(Object.values(inputs));
    const outputs: Record<string, tf.Tensor> = {};
    for (const [name, node] of Object.entries(network.outputs)) {
      const value = values.get(node)!;
      // Each output is a tensor of its own, so that disposing one leaves inputs and the others alone.
      outputs[name] = given.has(value) ? tf.clone(value) : value;
      given.add(value);
    }
    return { outputs, updates: updatedStatistics(statistics, variables) };
  });
}

function readInputs(
  network: Network,
  inputs: Readonly<Record<string, tf.Tensor>>,
): Map<string, tf.Tensor> {
  const shapes = new Map(network.nodes.map((node) => [node.name, node.shape]));
  let batch: number | undefined;
  return new Map(
    network.inputs.map((name) => {
      const tensor = inputs[name];
      batch ??= tensor?.shape[0];
      checkTensor(tensor, [batch ?? 0, ...shapes.get(name)!], `input '${name}'`);
      return [name, tensor!];
    }),
  );
}

function checkTensor(tensor: tf.Tensor | undefined, shape: Shape, what: string): void {
  if (!tensor)
    throw new RunError('UNKNOWN_NAME', `run: ${what} is missing; give a tensor [${shape}]`, {
      shape,
    });
  if (tensor.rank !== shape.length || tensor.shape.some((length, axis) => length !== shape[axis]))
    throw new RunError('SHAPE_MISMATCH', `run: ${what} must be [${shape}], got [${tensor.shape}]`, {
      expected: shape,
      found: tensor.shape,
    });
  if (tensor.dtype !== 'float32')
    throw new RunError(
      'SHAPE_MISMATCH',
      `run: ${what} must be float32, got ${tensor.dtype}; tf.cast it`,
      { dtype: tensor.dtype },
    );
}
