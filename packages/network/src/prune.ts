import { NetworkError } from './error.js';
import type { Network } from './types.js';

/**
 * Keeps what the named outputs need; names and order stay. This drops branches, stages and training-only parts.
 *
 * @throws NetworkError UNKNOWN_NAME for an output that the network does not have.
 */
export function prune(network: Network, outputs: readonly string[]): Network {
  const kept: Record<string, string> = {};
  for (const name of outputs) {
    if (!Object.hasOwn(network.outputs, name))
      throw new NetworkError(
        'UNKNOWN_NAME',
        `prune: there is no output '${name}'; the network has ${Object.keys(network.outputs).join(', ')}`,
        { name },
      );
    kept[name] = network.outputs[name]!;
  }
  if (outputs.length === 0)
    throw new NetworkError('OUT_OF_RANGE', 'prune: at least one output is needed');

  const needed = new Set(Object.values(kept));
  for (const node of network.nodes.toReversed())
    if (needed.has(node.name)) for (const input of node.inputs) needed.add(input);
  const nodes = network.nodes.filter((node) => needed.has(node.name));
  const used = new Set(nodes.flatMap((node) => Object.values(node.parameters)));
  return Object.freeze({
    inputs: Object.freeze(network.inputs.filter((name) => needed.has(name))),
    outputs: Object.freeze(kept),
    nodes: Object.freeze(nodes),
    parameters: Object.freeze(network.parameters.filter(({ name }) => used.has(name))),
  });
}
