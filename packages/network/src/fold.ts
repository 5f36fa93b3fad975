import { assemble } from './define.js';
import { countReaders } from './graph.js';
import { constant } from './initialisers.js';
import { normAffine } from './norm-affine.js';
import type { Network, NetworkNode, NodeOf, Parameter, Weights } from './types.js';
import { checkWeights } from './weights.js';

type Convolution = NodeOf<'conv2d'> | NodeOf<'convTranspose2d'>;

/**
 * Folds each batch norm into the convolution (plain, grouped, depthwise or transposed) whose only reader it is, for
 * inference: the convolution gets a bias, the batch norm goes, outputs stay the same up to rounding. A batch norm
 * behind anything else stays. Activations stay nodes of their own.
 *
 * The scale is computed in double precision. Folded convolutions keep their names; a weight that several convolutions
 * share becomes one per convolution, named `<convolution>.folded` (its bias `<convolution>.folded-bias`).
 */
export function foldBatchNorm(
  network: Network,
  weights: Weights,
): { readonly network: Network; readonly weights: Record<string, Float32Array> } {
  checkWeights(network, weights);
  const byName = new Map(network.nodes.map((node) => [node.name, node]));
  const readers = countReaders(network);
  const users = new Map<string, number>();
  for (const node of network.nodes)
    for (const name of Object.values(node.parameters)) users.set(name, (users.get(name) ?? 0) + 1);

  const table = new Map(network.parameters.map((parameter) => [parameter.name, parameter]));
  const folded: Record<string, Float32Array> = {};
  const parameters = new Map<string, readonly Parameter[]>();
  const renamed = new Map<string, string>();
  const replaced = new Map<string, NetworkNode>();
  const nodes: string[] = [];
  for (const node of network.nodes) {
    const source = node.op === 'batchNorm' ? byName.get(node.inputs[0]!) : undefined;
    if (
      node.op === 'batchNorm' &&
      (source?.op === 'conv2d' || source?.op === 'convTranspose2d') &&
      readers.get(source.name) === 1
    ) {
      const result = foldOne(source, node, weights, table, users);
      Object.assign(folded, result.weights);
      parameters.set(source.name, result.parameters);
      replaced.set(source.name, {
        ...source,
        inputs: source.inputs.map((name) => renamed.get(name) ?? name),
        attributes: { ...source.attributes, bias: true },
        parameters: { weight: result.parameters[0]!.name, bias: result.parameters[1]!.name },
      } as NetworkNode);
      renamed.set(node.name, source.name);
      continue;
    }
    nodes.push(node.name);
    parameters.set(
      node.name,
      Object.values(node.parameters).map((name) => table.get(name)!),
    );
    replaced.set(node.name, {
      ...node,
      inputs: node.inputs.map((name) => renamed.get(name) ?? name),
    } as NetworkNode);
  }
  const result = assemble({
    inputs: network.inputs,
    outputs: Object.fromEntries(
      Object.entries(network.outputs).map(([name, node]) => [name, renamed.get(node) ?? node]),
    ),
    nodes: nodes.map((name) => Object.freeze(replaced.get(name)!)),
    parametersOf: (node) => parameters.get(node.name)!,
  });
  return {
    network: result,
    weights: Object.fromEntries(
      result.parameters.map(({ name }) => [name, folded[name] ?? weights[name]!.slice()]),
    ),
  };
}

function foldOne(
  convolution: Convolution,
  norm: NodeOf<'batchNorm'>,
  weights: Weights,
  table: ReadonlyMap<string, Parameter>,
  users: ReadonlyMap<string, number>,
): { parameters: readonly [Parameter, Parameter]; weights: Record<string, Float32Array> } {
  const oldWeight = table.get(convolution.parameters.weight!)!;
  const oldBias = convolution.parameters.bias && weights[convolution.parameters.bias];
  const { scale, shift } = normAffine(norm, weights);
  const channels = scale.length;
  const bias = Float32Array.from(
    shift,
    (value, c) => value + (oldBias ? oldBias[c]! * scale[c]! : 0),
  );
  // Output channels are the last axis of a convolution's weight and the last but one of a transposed one's.
  const inner = convolution.op === 'conv2d' ? 1 : oldWeight.shape[3]!;
  const weight = Float32Array.from(
    weights[oldWeight.name]!,
    (value, i) => value * scale[Math.floor(i / inner) % channels]!,
  );
  const isShared = Object.values(convolution.parameters).some((name) => users.get(name)! > 1);
  const weightName = isShared ? `${convolution.name}.folded` : oldWeight.name;
  const biasName = isShared
    ? `${convolution.name}.folded-bias`
    : (convolution.parameters.bias ?? `${convolution.name}.bias`);
  return {
    parameters: [
      { ...oldWeight, name: weightName },
      { name: biasName, shape: [channels], initialiser: constant(0), kind: 'weight' },
    ],
    weights: { [weightName]: weight, [biasName]: bias },
  };
}
