import type { Network } from '@pose-distill/network';
import * as tf from '@tensorflow/tfjs-core';
import { type Contribution, Gradients, walkBack } from './backward.js';
import type { BatchStatistics } from './lowering.js';
import { planOf, type Step } from './plan.js';
import { Remakes } from './remake.js';
import { cutPlan, type Segment, wholePlan } from './segments.js';
import { addTapeNode, hold, recordTape, type TapeNode, withoutTape } from './tape.js';

export type Values = Map<string, tf.Tensor>;
type Tensors = Readonly<Record<string, tf.Tensor>>;
type Collect = (statistics: BatchStatistics) => void;

/** What a gradient computes again. */
export type Recompute = boolean | 'norms';

/** Runs steps: `values` has what they read, and gets what they make. */
export type RunSteps = (
  steps: readonly Step[],
  values: Values,
  variables: Tensors,
  collect: Collect,
  remakes?: Remakes,
) => void;

/** A segment's own tape, and the values it was recorded with. */
interface Recorded {
  readonly nodes: readonly TapeNode[];
  readonly values: Values;
  readonly remakes: Remakes | undefined;
}

const cache = { whole: new WeakMap<Network, Segment[]>(), cut: new WeakMap<Network, Segment[]>() };

function segmentsOf(network: Network, isCut: boolean): Segment[] {
  const known = isCut ? cache.cut : cache.whole;
  let segments = known.get(network);
  if (!segments) {
    const steps = planOf(network, true);
    segments = isCut ? cutPlan(network, steps) : [wholePlan(network, steps)];
    known.set(network, segments);
  }
  return segments;
}

/**
 * Runs a network for training, and puts it on tfjs's tape as one operation.
 *
 * Its gradient walks back through tapes of its own: saved maps and gradients are freed as soon as they have been used, where
 * tfjs would keep all of them to the end. What it does not keep it computes again: results of batch
 * norms (`'norms'`), or all that lies between a few cuts (`true`).
 *
 * @param collect gets the batch norms' statistics, once
 * @returns the network's outputs by name
 */
export function runForTraining(
  network: Network,
  variables: Tensors,
  inputs: Values,
  recompute: Recompute,
  runSteps: RunSteps,
  collect: Collect,
): Record<string, tf.Tensor> {
  const segments = segmentsOf(network, recompute === true);
  const last = segments.at(-1)!;
  const saved: tf.Tensor[] = [];
  // What runs again later needs references of its own: the caller's may be gone by then.
  const own = (tensor: tf.Tensor): tf.Tensor => {
    if (segments.length === 1) return tensor;
    const held = hold(tensor);
    saved.push(held);
    return held;
  };
  try {
    const names = network.parameters.flatMap(({ name, kind }) => (kind === 'weight' ? name : []));
    const weights: Values = new Map(names.map((name) => [name, own(variables[name]!)]));
    const values: Values = new Map([...inputs].map(([name, tensor]) => [name, own(tensor)]));
    const parameters = { ...variables, ...Object.fromEntries(weights) };
    const runSegment = (segment: Segment, to: Collect, remakes?: Remakes): Values => {
      const local: Values = new Map(segment.inputs.map((name) => [name, values.get(name)!]));
      runSteps(segment.steps, local, parameters, to, remakes);
      return local;
    };
    const record = (segment: Segment, to: Collect): Recorded => {
      const remakes = recompute ? new Remakes() : undefined;
      const { result, nodes } = recordTape(() => runSegment(segment, to, remakes));
      for (const node of nodes) saved.push(...(node.saved ?? []));
      return { nodes, values: result, remakes };
    };

    for (const segment of segments.slice(0, -1)) {
      const made = withoutTape(() => runSegment(segment, collect));
      for (const name of segment.outputs) {
        values.set(name, own(made.get(name)!));
        made.get(name)!.dispose();
      }
    }
    // The gradient begins with the last segment, so that one is recorded at once.
    const end = record(last, collect);
    for (const name of last.outputs) values.set(name, end.values.get(name)!);

    const gradient = (dys: readonly (tf.Tensor | null)[]): Record<string, () => tf.Tensor> => {
      const gradients = new Gradients();
      Object.values(network.outputs).forEach((node, i) => {
        if (dys[i]) gradients.add(values.get(node)!.id, tf.clone(dys[i]));
      });
      const images = new Set([...inputs.keys()].map((name) => values.get(name)!.id));
      const later = new Map<number, Contribution[]>();
      for (const segment of segments.toReversed()) {
        const recorded = segment === last ? end : recordAgain(record, segment);
        if (segment !== last)
          for (const name of segment.outputs)
            gradients.move(values.get(name)!.id, recorded.values.get(name)!.id);
        const read = segment.inputs.map((name) => values.get(name)!);
        const wanted = new Set([...weights.values(), ...read].map(({ id }) => id));
        for (const [id, parts] of walkBack(recorded, gradients, wanted, images))
          later.set(id, [...(later.get(id) ?? []), ...parts]);
      }
      return {
        ...weightGradients(
          names.map((name) => [variables[name]!, weights.get(name)!]),
          gradients,
        ),
        ...inputGradients(
          [...inputs].map(([name, tensor]) => [tensor, values.get(name)!]),
          gradients,
          later,
        ),
      };
    };
    const outputs = withoutTape(() =>
      outputsOf(network, values, new Set([...saved, ...inputs.values()])),
    );
    addTapeNode({
      kernelName: 'Network',
      inputs: byId([...names.map((name) => variables[name]!), ...inputs.values()]),
      outputs: Object.values(outputs),
      gradient,
      saved,
    });
    return outputs;
  } catch (error) {
    tf.dispose(saved);
    throw error;
  }
}

/** Runs a segment once more; of its values only the saved ones stay. */
function recordAgain(
  record: (segment: Segment, to: Collect) => Recorded,
  segment: Segment,
): Recorded {
  let recorded: Recorded | undefined;
  tf.tidy(() => {
    recorded = record(segment, () => {});
  });
  return recorded!;
}

/** Each output as a tensor of its own, so that disposing one leaves inputs, kept values and the others alone. */
export function outputsOf(
  network: Network,
  values: Values,
  given: ReadonlySet<tf.Tensor>,
): Record<string, tf.Tensor> {
  const taken = new Set(given);
  return Object.fromEntries(
    Object.entries(network.outputs).map(([name, node]) => {
      const value = values.get(node)!;
      const output = taken.has(value) ? tf.clone(value) : value;
      taken.add(output);
      return [name, output];
    }),
  );
}

const nameOf = ({ id }: tf.Tensor): string => String(id);

/** A tape node names its inputs; by id, one that was given twice counts once. */
function byId(tensors: readonly tf.Tensor[]): Record<string, tf.Tensor> {
  return Object.fromEntries(tensors.map((tensor) => [nameOf(tensor), tensor]));
}

/** Pairs of what the caller gave and what stood for it. */
type Pairs = readonly (readonly [given: tf.Tensor, used: tf.Tensor])[];

function weightGradients(weights: Pairs, gradients: Gradients): Record<string, () => tf.Tensor> {
  const sums = new Gradients();
  for (const [given, used] of weights) {
    const gradient = gradients.take(used.id);
    if (gradient) sums.add(given.id, gradient);
  }
  return Object.fromEntries(
    weights.map(([given]) => [nameOf(given), () => sums.get(given.id) ?? tf.zeros(given.shape)]),
  );
}

function inputGradients(
  inputs: Pairs,
  gradients: Gradients,
  later: ReadonlyMap<number, readonly Contribution[]>,
): Record<string, () => tf.Tensor> {
  return Object.fromEntries(
    inputs.map(([given, used]) => {
      const compute = (): tf.Tensor => {
        const passed = gradients.get(used.id);
        const parts = (later.get(used.id) ?? []).map((part) => part());
        const all = passed ? [tf.clone(passed), ...parts] : parts;
        return all.length > 0
          ? all.reduce((sum, part) => tf.add(sum, part))
          : tf.zeros(given.shape);
      };
      return [nameOf(given), compute];
    }),
  );
}
