import { assemble } from './define.js';
import { countReaders } from './graph.js';
import { constant } from './initialisers.js';
import { normAffine } from './norm-affine.js';
import type { Network, NetworkNode, NodeOf, Parameter, Weights } from './types.js';
import { checkWeights } from './weights.js';

/** One summand of a re-parameterised convolution: a convolution or nothing, and a batch norm or nothing. */
interface Branch {
  readonly convolution: NodeOf<'conv2d'> | undefined;
  readonly norm: NodeOf<'batchNorm'> | undefined;
}

/** A sum that is one convolution. */
interface Block {
  /** The widest convolution, whose geometry the result has. */
  readonly main: NodeOf<'conv2d'>;
  readonly channels: number;
  readonly branches: readonly Branch[];
}

/**
 * Makes each sum of parallel convolutions one convolution, for inference: branches `conv2d`, `conv2d` with batch norm, batch
 * norm alone or the input itself, all from one value, with one stride and number of groups and with odd kernels that stand
 * centred on each other (Ding et al., RepVGG, CVPR 2021). Outputs stay the same up to rounding.
 *
 * The convolution takes the sum's name, its parameters are `<sum>.weight` and `<sum>.bias`. Sums are left as they are when
 * anything else reads a branch. Computed in double precision.
 *
 * @example
 * const deployed = fuseReparameterised(prune(network, ['heatmaps']), weights);
 */
export function fuseReparameterised(
  network: Network,
  weights: Weights,
): { readonly network: Network; readonly weights: Record<string, Float32Array> } {
  checkWeights(network, weights);
  const byName = new Map(network.nodes.map((node) => [node.name, node]));
  const readers = countReaders(network);
  const table = new Map(network.parameters.map((parameter) => [parameter.name, parameter]));

  const gone = new Set<string>();
  const fused: Record<string, Float32Array> = {};
  const own = new Map<string, readonly Parameter[]>();
  const replaced = network.nodes.map((node): NetworkNode => {
    const block = node.op === 'add' ? blockOf(node, byName, readers) : undefined;
    if (!block) return node;
    for (const { convolution, norm } of block.branches)
      for (const part of [convolution, norm]) if (part) gone.add(part.name);
    const { weight, bias } = fuseBlock(block, weights, table);
    const inner = table.get(block.main.parameters.weight!)!;
    const parameters: readonly Parameter[] = [
      { ...inner, name: `${node.name}.weight` },
      {
        name: `${node.name}.bias`,
        shape: [block.channels],
        initialiser: constant(0),
        kind: 'weight',
      },
    ];
    own.set(node.name, parameters);
    fused[parameters[0]!.name] = weight;
    fused[parameters[1]!.name] = bias;
    return Object.freeze({
      ...block.main,
      name: node.name,
      attributes: { ...block.main.attributes, bias: true },
      parameters: { weight: parameters[0]!.name, bias: parameters[1]!.name },
    });
  });
  const result = assemble({
    inputs: network.inputs,
    outputs: network.outputs,
    nodes: replaced.filter(({ name }) => !gone.has(name)),
    parametersOf: (node) =>
      own.get(node.name) ?? Object.values(node.parameters).map((name) => table.get(name)!),
  });
  return {
    network: result,
    weights: Object.fromEntries(
      result.parameters.map(({ name }) => [name, fused[name] ?? weights[name]!.slice()]),
    ),
  };
}

/** The block that a sum is, if it is one. */
function blockOf(
  sum: NodeOf<'add'>,
  byName: ReadonlyMap<string, NetworkNode>,
  readers: ReadonlyMap<string, number>,
): Block | undefined {
  const read = (name: string): NetworkNode | undefined =>
    readers.get(name) === 1 ? byName.get(name) : undefined;
  const sources: string[] = [];
  const branches = sum.inputs.map((name): Branch => {
    const last = read(name);
    const norm = last?.op === 'batchNorm' ? last : undefined;
    const before = norm ? read(norm.inputs[0]!) : last;
    const convolution = before?.op === 'conv2d' ? before : undefined;
    sources.push(convolution?.inputs[0] ?? norm?.inputs[0] ?? name);
    return { convolution, norm };
  });
  const convolutions = branches.flatMap(({ convolution }) => convolution ?? []);
  const area = ({ attributes: { kernel } }: NodeOf<'conv2d'>): number =>
    kernel.width * kernel.height;
  const main = convolutions.toSorted((a, b) => area(b) - area(a))[0];
  if (!main || new Set(sources).size !== 1) return undefined;
  const { strides } = main.attributes;
  const isIdentityPossible =
    strides.width === 1 &&
    strides.height === 1 &&
    byName.get(main.inputs[0]!)!.shape.join() === main.shape.join();
  const fits = branches.every(({ convolution }) =>
    convolution ? isCentredOn(convolution, main) : isIdentityPossible,
  );
  return fits && isCentred(main) ? { main, channels: main.shape[2]!, branches } : undefined;
}

/** Whether the kernel is odd and padded so that its middle tap meets the pixel. */
function isCentred({ attributes }: NodeOf<'conv2d'>): boolean {
  const { kernel, dilations, padding } = attributes;
  const around = (length: number, dilation: number, before: number, after: number): boolean =>
    length % 2 === 1 && before === (dilation * (length - 1)) / 2 && after === before;
  return (
    around(kernel.height, dilations.height, padding.top, padding.bottom) &&
    around(kernel.width, dilations.width, padding.left, padding.right)
  );
}

function isCentredOn(branch: NodeOf<'conv2d'>, main: NodeOf<'conv2d'>): boolean {
  const [a, b] = [branch.attributes, main.attributes];
  return (
    isCentred(branch) &&
    a.groups === b.groups &&
    a.channels === b.channels &&
    (['width', 'height'] as const).every(
      (side) =>
        a.strides[side] === b.strides[side] &&
        a.kernel[side] <= b.kernel[side] &&
        (a.kernel[side] === 1 || a.dilations[side] === b.dilations[side]),
    )
  );
}

/** Sums the kernels, each scaled by its norm and put into the middle, and the biases. */
function fuseBlock(
  { main, channels, branches }: Block,
  weights: Weights,
  table: ReadonlyMap<string, Parameter>,
): { readonly weight: Float32Array; readonly bias: Float32Array } {
  const [height, width, inner] = table.get(main.parameters.weight!)!.shape as [
    number,
    number,
    number,
  ];
  const weight = new Float64Array(height * width * inner * channels);
  const bias = new Float64Array(channels);
  for (const { convolution, norm } of branches) {
    const { scale, shift } = norm
      ? normAffine(norm, weights)
      : { scale: new Float64Array(channels).fill(1), shift: new Float64Array(channels) };
    const own = convolution && weights[convolution.parameters.bias ?? ''];
    for (let o = 0; o < channels; o++) bias[o]! += shift[o]! + (own ? own[o]! : 0) * scale[o]!;
    const kernel = convolution?.attributes.kernel ?? { width: 1, height: 1 };
    const [top, left] = [(height - kernel.height) / 2, (width - kernel.width) / 2];
    const tap = convolution ? weights[convolution.parameters.weight!]! : identity(inner, channels);
    for (let y = 0; y < kernel.height; y++)
      for (let x = 0; x < kernel.width; x++) {
        const from = (y * kernel.width + x) * inner * channels;
        const to = ((top + y) * width + left + x) * inner * channels;
        for (let k = 0; k < inner * channels; k++)
          weight[to + k]! += tap[from + k]! * scale[k % channels]!;
      }
  }
  return { weight: Float32Array.from(weight), bias: Float32Array.from(bias) };
}

/** A 1x1 kernel `[inner, channels]` that gives back its input; each output channel sees its own group. */
function identity(inner: number, channels: number): Float64Array {
  const kernel = new Float64Array(inner * channels);
  for (let o = 0; o < channels; o++) kernel[(o % inner) * channels + o] = 1;
  return kernel;
}
