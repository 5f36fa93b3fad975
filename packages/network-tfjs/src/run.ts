import type { Network, OpName, Shape } from '@pose-distill/network';
import type { Gather } from '@pose-distill/tensor-ops';
import * as tf from '@tensorflow/tfjs-core';
import { RunError } from './error.js';
import type { BatchStatistics, Call } from './lowering.js';
import { planOf } from './plan.js';
import type { Remake } from './remake.js';
import { updatedStatistics } from './statistics.js';
import { isRecordingOnce, withoutTape } from './tape.js';
import { outputsOf, type Recompute, type RunSteps, runForTraining } from './training.js';

export interface RunOptions {
  /** Whether batch norm uses the batch and gives new running statistics. @param training default false */
  readonly training?: boolean;
  /**
   * What the gradient of a training run computes a second time instead of keeping it: nothing; with `'norms'` the results of batch
   * norms, about half of the memory for a few percent of the time; with `true` all but the values at a few cuts, the least memory
   * for about one more forward pass. The gradients are the same to the last bit.
   * @param recompute default false
   */
  readonly recompute?: Recompute;
  /**
   * In training: batch norm takes its statistics over all replicas that run the network on their part of a batch at the same
   * time. See `batchNormTrainAcross` of `@pose-distill/tensor-ops`. Default: over this run's batch.
   */
  readonly gather?: Gather;
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
  { training = false, recompute = false, gather }: RunOptions = {},
): RunResult {
  for (const { name, shape } of network.parameters)
    checkTensor(variables[name], shape, `parameter '${name}'`);
  const values = readInputs(network, inputs);
  const batch = inputs[network.inputs[0]!]?.shape[0] ?? 1;
  const recording = tf.engine().state.gradientDepth > 0;
  const hasOwnTape = training && isRecordingOnce();
  // While tfjs records it decides what may go.
  const runSteps = stepRunner({ batch, training, recording, gather }, !recording || hasOwnTape);

  return tf.tidy(() => {
    const statistics: BatchStatistics[] = [];
    const collect = (batch: BatchStatistics): void => void statistics.push(batch);
    if (hasOwnTape) {
      const outputs = runForTraining(network, variables, values, recompute, runSteps, collect);
      return { outputs, updates: withoutTape(() => updatedStatistics(statistics, variables)) };
    }
    runSteps(planOf(network, training), values, variables, collect);
    const outputs = outputsOf(network, values, new Set(Object.values(inputs)));
    return { outputs, updates: updatedStatistics(statistics, variables) };
  });
}

/** @param frees whether to dispose values that no later step reads; given ones stay */
function stepRunner(
  mode: Pick<Call<OpName>, 'batch' | 'training' | 'recording' | 'gather'>,
  frees: boolean,
): RunSteps {
  return (steps, values, variables, collect, remakes) => {
    const given = new Set(values.values());
    for (const { node, lowering, activation, output, release } of steps) {
      const inputs = node.inputs.map((name) => values.get(name)!);
      const statistics: BatchStatistics[] = [];
      let make: Remake | undefined;
      const call = {
        ...mode,
        node: node as Parameters<typeof lowering>[0]['node'],
        inputs,
        parameter: (role: string) => variables[node.parameters[role]!]!,
        activation,
        collect: (batch: BatchStatistics) => void statistics.push(batch),
        remake: (how: Remake) => {
          make = how;
        },
      };
      // What a step computes on the way goes at once.
      const [y] = tf.tidy(() => {
        const result = lowering(call);
        const own = inputs.includes(result) ? tf.clone(result) : result;
        return [own, ...statistics.flatMap(({ mean, variance }) => [mean, variance])];
      });
      values.set(output, y!);
      statistics.forEach(collect);
      if (make) remakes?.note(y!, make);
      for (const name of frees ? release : []) {
        const value = values.get(name)!;
        if (given.has(value)) continue;
        remakes?.letGo(value);
        value.dispose();
      }
    }
  };
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
