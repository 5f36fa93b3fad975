import { assemble } from './define.js';
import { NetworkError } from './error.js';
import { isInitialiser } from './initialisers.js';
import { deepFreeze, inferNode, type Operation } from './operation.js';
import { type OpName, operations } from './ops/index.js';
import type { Network, NetworkNode, Parameter, Shape } from './types.js';

/** A network as JSON. Weights are `[kh, kw, in / groups, out]`, activations channels last; `layout` says so. */
export interface NetworkJson {
  readonly format: 'pose-distill-network';
  readonly version: 1;
  readonly layout: 'NHWC/HWIO';
  readonly inputs: readonly string[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly nodes: readonly NetworkNode[];
  readonly parameters: readonly Parameter[];
}

/** The network as a plain object for `JSON.stringify`. */
export function networkToJson(network: Network): NetworkJson {
  const { inputs, outputs, nodes, parameters } = network;
  return {
    format: 'pose-distill-network',
    version: 1,
    layout: 'NHWC/HWIO',
    inputs,
    outputs,
    nodes,
    parameters,
  };
}

/**
 * Reads a network. Nothing is taken on trust: names, order, attributes, and every shape and parameter are derived again
 * and compared.
 *
 * @throws NetworkError BAD_FILE, or the code of the rule that a node breaks.
 */
export function networkFromJson(json: unknown): Network {
  const file = record(json, 'the file');
  if (file.format !== 'pose-distill-network' || file.version !== 1 || file.layout !== 'NHWC/HWIO')
    throw bad(
      `expected format 'pose-distill-network' version 1 with layout 'NHWC/HWIO', got ${JSON.stringify([file.format, file.version, file.layout])}`,
    );
  const table = readParameters(file.parameters);
  const shapes = new Map<string, Shape>();
  const nodeParameters = new Map<string, readonly Parameter[]>();
  const nodes = list(file.nodes, 'nodes').map((entry, index) => {
    const node = record(entry, `nodes[${index}]`);
    const { op, name } = node;
    if (typeof name !== 'string' || name === '' || shapes.has(name))
      throw bad(`nodes[${index}]: name ${JSON.stringify(name)} is missing or used before`);
    if (typeof op !== 'string' || !Object.hasOwn(operations, op))
      throw new NetworkError('UNKNOWN_NAME', `node '${name}': unknown operation '${String(op)}'`, {
        op,
      });
    const where = `${op} '${name}'`;
    const inputs = list(node.inputs, `${where}.inputs`).map((input) => {
      const shape = typeof input === 'string' ? shapes.get(input) : undefined;
      if (!shape) throw bad(`${where}: input ${JSON.stringify(input)} is not a node before it`);
      return shape;
    });
    const operation = operations[op as OpName] as unknown as Operation<OpName>;
    const { shape, specs } = inferNode(operation, inputs, node.attributes, where);
    if (JSON.stringify(node.shape) !== JSON.stringify(shape))
      throw new NetworkError(
        'SHAPE_MISMATCH',
        `${where}: the file says shape ${JSON.stringify(node.shape)}, the inputs give [${shape}]`,
        { expected: shape, found: node.shape },
      );
    const names = record(node.parameters, `${where}.parameters`);
    if (Object.keys(names).sort().join() !== Object.keys(specs).sort().join())
      throw bad(`${where}: parameters must be ${Object.keys(specs).join(', ') || 'none'}`);
    const used = Object.entries(specs).map(([role, spec]) => {
      const parameter = table.get(names[role] as string);
      if (
        !parameter ||
        parameter.kind !== spec.kind ||
        parameter.shape.join() !== spec.shape.join()
      )
        throw new NetworkError(
          'SHAPE_MISMATCH',
          `${where}: ${role} must be a ${spec.kind} [${spec.shape}] of the parameter table, '${String(names[role])}' is ${parameter ? `a ${parameter.kind} [${parameter.shape}]` : 'not there'}`,
          { role, name: names[role] },
        );
      return parameter;
    });
    shapes.set(name, shape);
    nodeParameters.set(name, used);
    return Object.freeze({
      op,
      name,
      inputs: Object.freeze([...(node.inputs as string[])]),
      attributes: deepFreeze(structuredClone(node.attributes)),
      parameters: Object.freeze({ ...names }),
      shape,
    }) as unknown as NetworkNode;
  });

  const inputs = list(file.inputs, 'inputs') as readonly string[];
  const inputNodes = nodes.filter((node) => node.op === 'input').map((node) => node.name);
  if (inputs.toSorted().join() !== inputNodes.toSorted().join())
    throw bad(`inputs [${inputs.join(', ')}] are not the input nodes [${inputNodes.join(', ')}]`);
  const outputs = record(file.outputs, 'outputs') as Record<string, string>;
  for (const [name, node] of Object.entries(outputs))
    if (!shapes.has(node)) throw bad(`output '${name}' is node '${node}', which is not there`);
  if (Object.keys(outputs).length === 0) throw bad('there are no outputs');

  const network = assemble({
    inputs,
    outputs,
    nodes,
    parametersOf: (node) => nodeParameters.get(node.name)!,
  });
  if (network.parameters.length !== table.size)
    throw bad('the parameter table names parameters that no node uses');
  // The order of the file stands: flat gradients and optimizer states follow it.
  return Object.freeze({ ...network, parameters: Object.freeze([...table.values()]) });
}

function readParameters(json: unknown): Map<string, Parameter> {
  const table = new Map<string, Parameter>();
  for (const [index, entry] of list(json, 'parameters').entries()) {
    const { name, shape, initialiser, kind } = record(entry, `parameters[${index}]`);
    if (typeof name !== 'string' || name === '' || table.has(name))
      throw bad(`parameters[${index}]: name ${JSON.stringify(name)} is missing or used before`);
    if (!Array.isArray(shape) || !shape.every((n) => Number.isSafeInteger(n) && n >= 1))
      throw bad(`parameter '${name}': shape must be a list of integers of at least 1`);
    if (kind !== 'weight' && kind !== 'state')
      throw bad(`parameter '${name}': kind must be 'weight' or 'state'`);
    if (!isInitialiser(initialiser)) throw bad(`parameter '${name}': unknown initialiser`);
    table.set(name, deepFreeze({ name, shape: [...shape], initialiser: { ...initialiser }, kind }));
  }
  return table;
}

function bad(message: string): NetworkError {
  return new NetworkError('BAD_FILE', `networkFromJson: ${message}`);
}

function record(json: unknown, what: string): Record<string, unknown> {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw bad(`${what} must be an object`);
  return json as Record<string, unknown>;
}

function list(json: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(json)) throw bad(`${what} must be a list`);
  return json;
}
