import type { Network, NetworkNode, NodeOf, Weights } from '../src/index.js';

/** A batch of values in double precision. */
export interface Doubles {
  readonly data: Float64Array;
  /** With the batch in front. */
  readonly shape: readonly number[];
}

type Map4 = readonly [number, number, number, number];

/**
 * Runs a network in inference with plain loops in double precision: the reference for tests. Written from the
 * definitions and for nothing but clarity.
 */
export function evaluate(
  network: Network,
  weights: Weights,
  inputs: Readonly<Record<string, Doubles>>,
): Record<string, Doubles> {
  const values = new Map<string, Doubles>();
  for (const node of network.nodes) {
    const role = (name: string): Float32Array => weights[node.parameters[name]!]!;
    const xs = node.inputs.map((name) => values.get(name)!);
    values.set(node.name, node.op === 'input' ? inputs[node.name]! : compute(node, xs, role));
  }
  return Object.fromEntries(
    Object.entries(network.outputs).map(([name, node]) => [name, values.get(node)!]),
  );
}

function compute(
  node: NetworkNode,
  xs: readonly Doubles[],
  role: (name: string) => Float32Array,
): Doubles {
  const x = xs[0]!;
  const shape = [x.shape[0]!, ...node.shape];
  switch (node.op) {
    case 'conv2d':
      return convolve(node, x, role('weight'), node.attributes.bias ? role('bias') : undefined);
    case 'convTranspose2d':
      return spread(node, x, role('weight'), node.attributes.bias ? role('bias') : undefined);
    case 'batchNorm': {
      const [gamma, beta, mean, variance] = [
        role('gamma'),
        role('beta'),
        role('mean'),
        role('variance'),
      ];
      const data = x.data.map((value, i) => {
        const c = i % gamma.length;
        const deviation = Math.sqrt(variance[c]! + node.attributes.epsilon);
        return ((value - mean[c]!) / deviation) * gamma[c]! + beta[c]!;
      });
      return { data, shape };
    }
    case 'activation': {
      const limit = node.attributes.function === 'relu6' ? 6 : Number.POSITIVE_INFINITY;
      return { data: x.data.map((value) => Math.min(Math.max(value, 0), limit)), shape };
    }
    case 'add':
      return { data: x.data.map((_, i) => xs.reduce((sum, { data }) => sum + data[i]!, 0)), shape };
    case 'concat': {
      const rows = x.data.length / x.shape.at(-1)!;
      const data: number[] = [];
      for (let row = 0; row < rows; row++)
        for (const part of xs) {
          const channels = part.shape.at(-1)!;
          data.push(...part.data.subarray(row * channels, (row + 1) * channels));
        }
      return { data: Float64Array.from(data), shape };
    }
    case 'resizeNearest':
      return eachPixel(shape as unknown as Map4, (b, row, column, c) => {
        const [, height, width] = x.shape as Map4;
        const y = Math.floor((row * height) / node.attributes.size.height);
        return at(x, b, y, Math.floor((column * width) / node.attributes.size.width), c);
      });
    case 'resizeBilinear':
      return eachPixel(shape as unknown as Map4, (b, row, column, c) => {
        const [, height, width] = x.shape as Map4;
        const [y0, y1, v] = between(row, node.attributes.size.height, height);
        const [x0, x1, u] = between(column, node.attributes.size.width, width);
        const top = (1 - u) * at(x, b, y0, x0, c) + u * at(x, b, y0, x1, c);
        const bottom = (1 - u) * at(x, b, y1, x0, c) + u * at(x, b, y1, x1, c);
        return (1 - v) * top + v * bottom;
      });
    case 'maxPool':
    case 'avgPool':
      return eachPixel(shape as unknown as Map4, (b, row, column, c) => {
        const [, height, width] = x.shape as Map4;
        const { kernel, strides, padding } = node.attributes;
        const seen: number[] = [];
        for (let i = 0; i < kernel.height; i++)
          for (let j = 0; j < kernel.width; j++) {
            const y = row * strides.height - padding.top + i;
            const z = column * strides.width - padding.left + j;
            if (y >= 0 && y < height && z >= 0 && z < width) seen.push(at(x, b, y, z, c));
          }
        return node.op === 'maxPool'
          ? Math.max(...seen)
          : seen.reduce((sum, value) => sum + value, 0) / seen.length;
      });
    case 'globalAveragePool': {
      const [batch, height, width, channels] = x.shape as Map4;
      const data = new Float64Array(batch * channels);
      x.data.forEach((value, i) => {
        const b = Math.floor(i / (height * width * channels));
        data[b * channels + (i % channels)]! += value / (height * width);
      });
      return { data, shape };
    }
    case 'linear': {
      const [inner, outer] = [x.shape.at(-1)!, node.attributes.channels];
      const weight = role('weight');
      const data = new Float64Array((x.data.length / inner) * outer);
      for (let i = 0; i < data.length; i++) {
        const [row, column] = [Math.floor(i / outer), i % outer];
        let sum = node.attributes.bias ? role('bias')[column]! : 0;
        for (let k = 0; k < inner; k++)
          sum += x.data[row * inner + k]! * weight[k * outer + column]!;
        data[i] = sum;
      }
      return { data, shape };
    }
    case 'input':
      throw new Error('inputs are given');
  }
}

function at(x: Doubles, b: number, row: number, column: number, c: number): number {
  const [, height, width, channels] = x.shape as Map4;
  return x.data[((b * height + row) * width + column) * channels + c]!;
}

function eachPixel(
  shape: Map4,
  value: (b: number, row: number, column: number, c: number) => number,
): Doubles {
  const [batch, height, width, channels] = shape;
  const data = new Float64Array(batch * height * width * channels);
  let i = 0;
  for (let b = 0; b < batch; b++)
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++)
        for (let c = 0; c < channels; c++) data[i++] = value(b, row, column, c);
  return { data, shape };
}

/** The two source pixels and the share of the second for half-pixel centres. */
function between(index: number, size: number, source: number): [number, number, number] {
  const position = Math.max(0, ((index + 0.5) * source) / size - 0.5);
  const first = Math.min(Math.floor(position), source - 1);
  return [first, Math.min(first + 1, source - 1), position - first];
}

function convolve(
  node: NodeOf<'conv2d'>,
  x: Doubles,
  weight: Float32Array,
  bias: Float32Array | undefined,
): Doubles {
  const { kernel, strides, dilations, padding, groups, channels } = node.attributes;
  const [batch, height, width, inputs] = x.shape as Map4;
  const inner = inputs / groups;
  const perGroup = channels / groups;
  const shape = [batch, ...node.shape] as unknown as Map4;
  return eachPixel(shape, (b, row, column, o) => {
    let sum = bias ? bias[o]! : 0;
    const first = Math.floor(o / perGroup) * inner;
    for (let i = 0; i < kernel.height; i++)
      for (let j = 0; j < kernel.width; j++) {
        const y = row * strides.height - padding.top + i * dilations.height;
        const z = column * strides.width - padding.left + j * dilations.width;
        if (y < 0 || y >= height || z < 0 || z >= width) continue;
        for (let c = 0; c < inner; c++)
          sum +=
            at(x, b, y, z, first + c) *
            weight[((i * kernel.width + j) * inner + c) * channels + o]!;
      }
    return sum;
  });
}

/** Every input pixel adds its filter to the output: the definition of a transposed convolution. */
function spread(
  node: NodeOf<'convTranspose2d'>,
  x: Doubles,
  weight: Float32Array,
  bias: Float32Array | undefined,
): Doubles {
  const { kernel, strides, padding, channels } = node.attributes;
  const [batch, height, width, inputs] = x.shape as Map4;
  const [outHeight, outWidth] = node.shape as readonly [number, number, number];
  const data = new Float64Array(batch * outHeight * outWidth * channels);
  if (bias) for (let i = 0; i < data.length; i++) data[i] = bias[i % channels]!;
  for (let b = 0; b < batch; b++)
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++)
        for (let i = 0; i < kernel.height; i++)
          for (let j = 0; j < kernel.width; j++) {
            const y = row * strides.height - padding.top + i;
            const z = column * strides.width - padding.left + j;
            if (y < 0 || y >= outHeight || z < 0 || z >= outWidth) continue;
            for (let o = 0; o < channels; o++)
              for (let c = 0; c < inputs; c++)
                data[((b * outHeight + y) * outWidth + z) * channels + o]! +=
                  at(x, b, row, column, c) *
                  weight[((i * kernel.width + j) * channels + o) * inputs + c]!;
          }
  return { data, shape: [batch, outHeight, outWidth, channels] };
}
