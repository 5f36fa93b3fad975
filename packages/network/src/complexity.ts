import { type Cost, type Operation, sizeOf } from './operation.js';
import { type OpName, operations } from './ops/index.js';
import type { Network, Shape } from './types.js';

/**
 * Ways to count, because published tables differ:
 * - `macs`: multiply-accumulates of convolutions and linear layers, transposed convolutions on the input grid;
 * - `mmcv`: that plus bias additions, 2 per batch-norm element, 1 per element of ReLU, ReLU6 and leaky ReLU, 1 per input
 *   element of a pool; what mmcv does not hook is not counted: other activations, layer norms, attention, sums, resizing;
 * - `park`: twice (multiply-accumulates plus 2 per batch-norm element and 1 per activation as above), transposed
 *   convolutions on the output grid (Park et al., Sensors 2021, 21, 7640);
 * - `true`: `mmcv` plus the multiply-accumulates of products between activations (attention).
 */
export type Counter = 'macs' | 'mmcv' | 'park' | 'true';

export interface LayerComplexity {
  readonly name: string;
  readonly op: OpName;
  readonly shape: Shape;
  /** Trained numbers that this layer is the first to use. */
  readonly parameters: number;
  /** On the chosen counter. */
  readonly count: number;
}

export interface Complexity {
  readonly counter: Counter;
  /** Trained numbers; running statistics are left out and shared weights counted once. */
  readonly parameters: number;
  /** On the chosen counter, for one image. An exact integer. */
  readonly total: number;
  readonly layers: readonly LayerComplexity[];
}

const COUNTERS: { readonly [Name in Counter]: (cost: Cost) => number } = {
  macs: ({ macs = 0 }) => macs,
  mmcv,
  park: ({ macs = 0, outputGridMacs = macs, normalised = 0, activated = 0 }) =>
    2 * (outputGridMacs + 2 * normalised + activated),
  true: (cost) => mmcv(cost) + (cost.products ?? 0),
};

function mmcv({ macs = 0, biased = 0, normalised = 0, activated = 0, pooled = 0 }: Cost): number {
  return macs + biased + 2 * normalised + activated + pooled;
}

/**
 * Parameters and operations of a network for one image.
 *
 * @param counter default `macs`
 * @example
 * complexity(network).parameters // 204361
 */
export function complexity(network: Network, counter: Counter = 'macs'): Complexity {
  const count = COUNTERS[counter];
  const shapes = new Map(network.nodes.map((node) => [node.name, node.shape]));
  const unseen = new Map(
    network.parameters
      .filter(({ kind }) => kind === 'weight')
      .map(({ name, shape }) => [name, sizeOf(shape)]),
  );
  const layers = network.nodes.map((node) => {
    const operation = operations[node.op] as unknown as Operation<OpName>;
    const inputs = node.inputs.map((name) => shapes.get(name)!);
    let parameters = 0;
    for (const name of Object.values(node.parameters)) {
      parameters += unseen.get(name) ?? 0;
      unseen.delete(name);
    }
    return {
      name: node.name,
      op: node.op,
      shape: node.shape,
      parameters,
      count: count(operation.cost(inputs, node.attributes, node.shape)),
    };
  });
  return {
    counter,
    parameters: layers.reduce((sum, layer) => sum + layer.parameters, 0),
    total: layers.reduce((sum, layer) => sum + layer.count, 0),
    layers,
  };
}
