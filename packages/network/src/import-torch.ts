import { NetworkError } from './error.js';
import type { Network, NetworkNode, Shape } from './types.js';

/** A tensor in PyTorch's layout. */
export interface TorchTensor {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** Where an axis of our layout is found in PyTorch's. */
const AXES: Readonly<Record<string, readonly number[]>> = {
  'conv2d.weight': [2, 3, 1, 0],
  'convTranspose2d.weight': [2, 3, 1, 0],
  'linear.weight': [1, 0],
};

/** PyTorch's words for the roles of a batch norm; other roles are the same. */
const TORCH_ROLES: Readonly<Record<string, string>> = {
  gamma: 'weight',
  beta: 'bias',
  mean: 'running_mean',
  variance: 'running_var',
};

/** Where a parameter of a network is found among PyTorch's tensors. */
export interface TorchEntry {
  /** Our name of the parameter. */
  readonly parameter: string;
  /** The node that is the first to use it. */
  readonly node: string;
  readonly torchName: string;
  /** In PyTorch's layout. */
  readonly shape: Shape;
  /** A tensor's values in our layout; undefined when it has another shape. */
  readonly convert: (tensor: TorchTensor) => Float32Array | undefined;
}

/**
 * Takes weights from PyTorch: renames and transposes (OIHW to HWIO, also depthwise and transposed convolutions). A
 * `parameter` is found under its module path itself, with or without a batch of 1 in front.
 *
 * @param tensors by PyTorch name, for example of `readSafetensors`
 * @param moduleName PyTorch's module path of a node of ours; `weight`, `bias`, `running_mean` and `running_var` are
 * appended here
 * @throws NetworkError UNKNOWN_NAME when a tensor is missing, SHAPE_MISMATCH when one does not fit.
 * @example
 * importTorch(network, readSafetensors(file).tensors, mobileNetV2TorchModules('torchvision', 'encoder'))
 */
export function importTorch(
  network: Network,
  tensors: Readonly<Record<string, TorchTensor>>,
  moduleName: (node: string) => string,
): Record<string, Float32Array> {
  const weights: Record<string, Float32Array> = {};
  for (const { parameter, torchName, shape, convert } of torchEntries(network, moduleName)) {
    const tensor = Object.hasOwn(tensors, torchName) ? tensors[torchName]! : undefined;
    if (!tensor)
      throw new NetworkError(
        'UNKNOWN_NAME',
        `importTorch: '${torchName}' for '${parameter}' is missing`,
        { torchName, parameter },
      );
    const values = convert(tensor);
    if (!values)
      throw new NetworkError(
        'SHAPE_MISMATCH',
        `importTorch: '${torchName}' must be [${shape}] for '${parameter}', got [${tensor.shape}]`,
        { torchName, expected: shape, found: tensor.shape },
      );
    weights[parameter] = values;
  }
  return weights;
}

/**
 * What `importTorch` looks for, one entry per parameter in the network's order; for reading a checkpoint in part, or
 * finding out whether it fits at all.
 */
export function torchEntries(network: Network, moduleName: (node: string) => string): TorchEntry[] {
  const shapes = new Map(network.parameters.map(({ name, shape }) => [name, shape]));
  const entries = new Map<string, TorchEntry>();
  for (const node of network.nodes)
    for (const [role, name] of Object.entries(node.parameters))
      if (!entries.has(name))
        entries.set(name, torchEntry(node, role, shapes.get(name)!, moduleName(node.name)));
  return [...entries.values()];
}

function torchEntry(node: NetworkNode, role: string, shape: Shape, module: string): TorchEntry {
  // A parameter on its own is an attribute of its module, often with a batch of 1 in front.
  const isOwn = node.op === 'parameter';
  const axes = AXES[`${node.op}.${role}`] ?? shape.map((_, axis) => axis);
  const expected = shape.map((_, axis) => shape[axes.indexOf(axis)]!);
  return {
    parameter: node.parameters[role]!,
    node: node.name,
    torchName: isOwn ? module : `${module}.${TORCH_ROLES[role] ?? role}`,
    shape: expected,
    convert(given) {
      const tensor = isOwn ? withoutBatch(given, shape.length) : asMatrix(given, shape.length);
      return tensor.shape.join() === expected.join() ? transpose(tensor, axes, shape) : undefined;
    },
  };
}

function withoutBatch({ shape, data }: TorchTensor, rank: number): TorchTensor {
  return { data, shape: shape.length === rank + 1 && shape[0] === 1 ? shape.slice(1) : shape };
}

/** A linear layer and a 1x1 convolution have the same numbers; checkpoints differ in which they are. */
function asMatrix({ shape, data }: TorchTensor, rank: number): TorchTensor {
  if (rank === 4 && shape.length === 2) return { data, shape: [...shape, 1, 1] };
  const isPoint = rank === 2 && shape.length === 4 && shape[2] === 1 && shape[3] === 1;
  return { data, shape: isPoint ? shape.slice(0, 2) : shape };
}

/** Axis `i` of the result is axis `axes[i]` of the tensor. */
function transpose(tensor: TorchTensor, axes: readonly number[], shape: Shape): Float32Array {
  const strides = tensor.shape.map((_, axis) =>
    tensor.shape.slice(axis + 1).reduce((product, n) => product * n, 1),
  );
  const out = new Float32Array(tensor.data.length);
  const index = shape.map(() => 0);
  for (let i = 0; i < out.length; i++) {
    let from = 0;
    for (let axis = 0; axis < index.length; axis++) from += index[axis]! * strides[axes[axis]!]!;
    out[i] = tensor.data[from]!;
    for (let axis = index.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
  return out;
}
