import { NetworkError } from './error.js';
import type { Network, NetworkNode, Parameter, Value } from './types.js';

export interface NetworkDefinition {
  /** Values made by `input`. */
  readonly inputs: readonly Value[];
  /** Named results; a value on the way may be one too. */
  readonly outputs: Readonly<Record<string, Value>>;
}

/**
 * Makes a network of everything that the outputs need.
 *
 * Nodes come in an order in which they can be computed; parameters in the order of their first use.
 * @throws NetworkError DUPLICATE_NAME when two different nodes have one name, or two uses of a parameter disagree in
 * shape or kind, or two nodes share running statistics; UNKNOWN_NAME when an input is used but not listed.
 * @example
 * const image = input('image', { height: 128, width: 96, channels: 3 });
 * const maps = conv2d(image, { name: 'head', channels: 17 });
 * const network = defineNetwork({ inputs: [image], outputs: { maps } });
 */
export function defineNetwork({ inputs, outputs }: NetworkDefinition): Network {
  const names = Object.keys(outputs);
  if (names.length === 0)
    throw new NetworkError('OUT_OF_RANGE', 'defineNetwork: at least one output is needed');
  for (const value of inputs)
    if (value.op !== 'input')
      throw new NetworkError(
        'OUT_OF_RANGE',
        `defineNetwork: inputs must be made by input(), '${value.name}' is a ${value.op}`,
        { name: value.name },
      );

  const listed = new Set(inputs.map((value) => value.name));
  const order: Value[] = [];
  const byName = new Map<string, Value>();
  for (const root of [...inputs, ...Object.values(outputs)]) visit(root, byName, order);
  for (const value of order)
    if (value.op === 'input' && !listed.has(value.name))
      throw new NetworkError(
        'UNKNOWN_NAME',
        `defineNetwork: the outputs need input '${value.name}', which is not among the inputs [${[...listed].join(', ')}]`,
        { name: value.name },
      );

  const nodes = order.map(toNode);
  return assemble({
    inputs: inputs.map((value) => value.name),
    outputs: Object.fromEntries(names.map((name) => [name, outputs[name]!.name])),
    nodes,
    parametersOf: (node) => Object.values(byName.get(node.name)!.parameters),
  });
}

/** Freezes the parts into a network and builds the parameter table. */
export function assemble({
  inputs,
  outputs,
  nodes,
  parametersOf,
}: {
  readonly inputs: readonly string[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly nodes: readonly NetworkNode[];
  readonly parametersOf: (node: NetworkNode) => readonly Parameter[];
}): Network {
  const table = new Map<string, Parameter>();
  for (const node of nodes)
    for (const parameter of parametersOf(node)) {
      const known = table.get(parameter.name);
      if (!known) table.set(parameter.name, parameter);
      else checkShared(known, parameter, node.name);
    }
  return Object.freeze({
    inputs: Object.freeze([...inputs]),
    outputs: Object.freeze({ ...outputs }),
    nodes: Object.freeze([...nodes]),
    parameters: Object.freeze([...table.values()]),
  });
}

/** Depth first without recursion, so that the depth of a network is not bounded by the stack. */
function visit(root: Value, byName: Map<string, Value>, order: Value[]): void {
  const stack: { readonly value: Value; next: number }[] = [{ value: root, next: 0 }];
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    const known = byName.get(top.value.name);
    if (known) {
      if (known !== top.value && !sameNode(known, top.value))
        throw new NetworkError(
          'DUPLICATE_NAME',
          `defineNetwork: two different nodes are named '${known.name}' (${known.op} and ${top.value.op}); give one of them another name`,
          { name: known.name },
        );
      stack.pop();
    } else if (top.next < top.value.inputs.length) {
      stack.push({ value: top.value.inputs[top.next++]!, next: 0 });
    } else {
      byName.set(top.value.name, top.value);
      order.push(top.value);
      stack.pop();
    }
  }
}

function toNode(value: Value): NetworkNode {
  return Object.freeze({
    op: value.op,
    name: value.name,
    inputs: Object.freeze(value.inputs.map((input) => input.name)),
    attributes: value.attributes,
    parameters: Object.freeze(
      Object.fromEntries(
        Object.entries(value.parameters).map(([role, parameter]) => [role, parameter.name]),
      ),
    ),
    shape: value.shape,
  }) as NetworkNode;
}

/** The inputs of both have been visited, so equal names mean equal inputs. */
function sameNode(a: Value, b: Value): boolean {
  return JSON.stringify(toNode(a)) === JSON.stringify(toNode(b));
}

function checkShared(known: Parameter, again: Parameter, node: string): void {
  if (known.kind === 'state' || again.kind === 'state')
    throw new NetworkError(
      'DUPLICATE_NAME',
      `'${node}' uses running statistics '${again.name}' of another node; state is named per use`,
      { name: again.name },
    );
  if (known.shape.join() !== again.shape.join())
    throw new NetworkError(
      'DUPLICATE_NAME',
      `'${node}' shares parameter '${again.name}' with shape [${again.shape}], but it already has shape [${known.shape}]`,
      { name: again.name, shapes: [known.shape, again.shape] },
    );
  if (JSON.stringify(known.initialiser) !== JSON.stringify(again.initialiser))
    throw new NetworkError(
      'DUPLICATE_NAME',
      `'${node}' shares parameter '${again.name}' but starts it in another way`,
      { name: again.name },
    );
}
