import type { ActivationFunction, Network, NetworkNode, NodeOf, Weights } from '../src/index.js';

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
  const batch = Object.values(inputs)[0]!.shape[0]!;
  for (const node of network.nodes) {
    const role = (name: string): Float32Array => weights[node.parameters[name]!]!;
    const xs = node.inputs.map((name) => values.get(name)!);
    values.set(
      node.name,
      node.op === 'input'
        ? inputs[node.name]!
        : xs.length > 0
          ? compute(node, xs, role)
          : repeated(node, role, batch),
    );
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
      const { function: which, slope } = node.attributes;
      return { data: x.data.map((value) => activate(value, which, slope)), shape };
    }
    case 'add':
    case 'mul':
      return eachIndex(shape, (index) => {
        const values = xs.map((other) => valueAt(other, broadcastIndex(index, other.shape)));
        return node.op === 'add'
          ? values.reduce((sum, value) => sum + value, 0)
          : values.reduce((product, value) => product * value, 1);
      });
    case 'concat': {
      const axis = (node.attributes.axis ?? node.shape.length - 1) + 1;
      return eachIndex(shape, (index) => {
        let position = index[axis]!;
        for (const part of xs) {
          if (position < part.shape[axis]!) return valueAt(part, index.with(axis, position));
          position -= part.shape[axis]!;
        }
        throw new Error('outside');
      });
    }
    case 'slice': {
      const { axis, begin } = node.attributes;
      return eachIndex(shape, (index) =>
        valueAt(x, index.with(axis + 1, index[axis + 1]! + begin)),
      );
    }
    case 'pad':
      return eachPixel(shape as unknown as Map4, (b, row, column, c) => {
        const [y, z] = [row - node.attributes.padding.top, column - node.attributes.padding.left];
        return y < 0 || y >= x.shape[1]! || z < 0 || z >= x.shape[2]! ? 0 : at(x, b, y, z, c);
      });
    case 'channelShuffle': {
      const perGroup = node.shape[2]! / node.attributes.groups;
      return eachPixel(shape as unknown as Map4, (b, row, column, c) => {
        const group = c % node.attributes.groups;
        return at(x, b, row, column, group * perGroup + Math.floor(c / node.attributes.groups));
      });
    }
    case 'pixelShuffle': {
      const { factor, order } = node.attributes;
      return eachPixel(shape as unknown as Map4, (b, row, column, c) => {
        const cell = (row % factor) * factor + (column % factor);
        const from = order === 'torch' ? c * factor ** 2 + cell : cell * node.shape[2]! + c;
        return at(x, b, Math.floor(row / factor), Math.floor(column / factor), from);
      });
    }
    case 'adaptiveAveragePool': {
      const { height, width } = node.attributes.size;
      return eachPixel(shape as unknown as Map4, (b, row, column, c) => {
        const ends = (i: number, from: number, to: number): [number, number] => [
          Math.floor((i * from) / to),
          Math.ceil(((i + 1) * from) / to),
        ];
        const [y0, y1] = ends(row, x.shape[1]!, height);
        const [z0, z1] = ends(column, x.shape[2]!, width);
        let sum = 0;
        for (let y = y0; y < y1; y++) for (let z = z0; z < z1; z++) sum += at(x, b, y, z, c);
        return sum / ((y1 - y0) * (z1 - z0));
      });
    }
    case 'reshape':
      return { data: x.data, shape };
    case 'transpose': {
      const { axes } = node.attributes;
      return eachIndex(shape, (index) => {
        const from = [...index];
        for (const [i, axis] of axes.entries()) from[axis + 1] = index[i + 1]!;
        return valueAt(x, from);
      });
    }
    case 'mean': {
      const { axes } = node.attributes;
      const count = axes.reduce((product, axis) => product * x.shape[axis + 1]!, 1);
      const sums: Doubles = { data: new Float64Array(x.data.length / count), shape };
      const kept = x.shape.map((length, axis) => (axes.includes(axis - 1) ? 1 : length));
      eachIndex(x.shape, (index) => {
        const value = valueAt(x, index);
        sums.data[offsetOf(broadcastIndex(index, kept), kept)]! += value / count;
        return value;
      });
      return sums;
    }
    case 'softmax': {
      const length = x.shape.at(-1)!;
      const exponentials = x.data.map((value) => Math.exp(value));
      const sum = (i: number): number => {
        const first = i - (i % length);
        return exponentials.subarray(first, first + length).reduce((all, one) => all + one, 0);
      };
      return { data: exponentials.map((value, i) => value / sum(i)), shape };
    }
    case 'layerNorm': {
      const length = x.shape.at(-1)!;
      const [gamma, beta] = [role('gamma'), role('beta')];
      const data = new Float64Array(x.data.length);
      for (let first = 0; first < data.length; first += length) {
        const own = x.data.subarray(first, first + length);
        const mean = own.reduce((sum, value) => sum + value, 0) / length;
        const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / length;
        const deviation = Math.sqrt(variance + node.attributes.epsilon);
        for (let c = 0; c < length; c++)
          data[first + c] = ((own[c]! - mean) / deviation) * gamma[c]! + beta[c]!;
      }
      return { data, shape };
    }
    case 'matmul': {
      const { transposeA, transposeB, scale = 1 } = node.attributes;
      const [a, b] = xs as [Doubles, Doubles];
      const inner = transposeA ? a.shape.at(-2)! : a.shape.at(-1)!;
      return eachIndex(shape, (index) => {
        const leading = index.slice(0, -2);
        const [row, column] = index.slice(-2) as [number, number];
        let sum = 0;
        for (let k = 0; k < inner; k++)
          sum +=
            valueAt(a, [...leading, ...(transposeA ? [k, row] : [row, k])]) *
            valueAt(b, [...leading, ...(transposeB ? [column, k] : [k, column])]);
        return scale * sum;
      });
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
        const { size, alignCorners } = node.attributes;
        const [y0, y1, v] = between(row, size.height, height, alignCorners);
        const [x0, x1, u] = between(column, size.width, width, alignCorners);
        const top = (1 - u) * at(x, b, y0, x0, c) + u * at(x, b, y0, x1, c);
        const bottom = (1 - u) * at(x, b, y1, x0, c) + u * at(x, b, y1, x1, c);
        return (1 - v) * top + v * bottom;
      });
    case 'maxPool':
    case 'avgPool':
      return eachPixel(shape as unknown as Map4, (b, row, column, c) => {
        const [, height, width] = x.shape as Map4;
        const { kernel, strides, padding, countPadding } = node.attributes;
        const seen: number[] = [];
        let padded = 0;
        for (let i = 0; i < kernel.height; i++)
          for (let j = 0; j < kernel.width; j++) {
            const y = row * strides.height - padding.top + i;
            const z = column * strides.width - padding.left + j;
            if (y >= 0 && y < height && z >= 0 && z < width) seen.push(at(x, b, y, z, c));
            else if (y < height + padding.bottom && z < width + padding.right) padded++;
          }
        return node.op === 'maxPool'
          ? Math.max(...seen)
          : seen.reduce((sum, value) => sum + value, 0) /
              (seen.length + (countPadding ? padded : 0));
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
    case 'parameter':
    case 'sinePositions':
    case 'fill':
      throw new Error('has no value to compute from');
  }
}

/** What does not depend on the image, once per image. */
function repeated(node: NetworkNode, role: (name: string) => Float32Array, batch: number): Doubles {
  const size = node.shape.reduce((product, length) => product * length, 1);
  const values =
    node.op === 'sinePositions'
      ? sines(node.attributes)
      : node.op === 'fill'
        ? new Float64Array(size).fill(node.attributes.value)
        : Float64Array.from(role('value'));
  const data = new Float64Array(batch * values.length);
  for (let b = 0; b < batch; b++) data.set(values, b * values.length);
  return { data, shape: [batch, ...node.shape] };
}

function sines(attributes: NodeOf<'sinePositions'>['attributes']): Float64Array {
  const { size, channels, leading = 0 } = attributes;
  const half = channels / 2;
  const { data } = eachIndex([size.height, size.width, channels], ([row, column, c]) => {
    const position =
      c! < half ? (row! + 1) / (size.height + 1e-6) : (column! + 1) / (size.width + 1e-6);
    const m = c! % half;
    const angle = (2 * Math.PI * position) / 10000 ** ((2 * Math.floor(m / 2)) / half);
    return Math.fround(m % 2 === 0 ? Math.sin(angle) : Math.cos(angle));
  });
  return Float64Array.from([...new Float64Array(leading * channels), ...data]);
}

function activate(x: number, which: ActivationFunction, slope = 0): number {
  const sigmoid = 1 / (1 + Math.exp(-x));
  const hard = Math.min(Math.max(x + 3, 0), 6) / 6;
  switch (which) {
    case 'relu':
      return Math.max(x, 0);
    case 'relu6':
      return Math.min(Math.max(x, 0), 6);
    case 'leakyRelu':
      return x > 0 ? x : slope * x;
    case 'sigmoid':
      return sigmoid;
    case 'hardSigmoid':
      return hard;
    case 'hardSwish':
      return x * hard;
    case 'silu':
      return x * sigmoid;
    case 'gelu':
      return (x * (1 + erf(x / Math.SQRT2))) / 2;
    case 'softplus':
      return Math.log1p(Math.exp(x));
    case 'tanh':
      return Math.tanh(x);
  }
}

/** The error function by its series of terms of one sign, so that nothing cancels. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; n < 200; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

function offsetOf(index: readonly number[], shape: readonly number[]): number {
  return index.reduce((offset, position, axis) => offset * shape[axis]! + position, 0);
}

function valueAt(x: Doubles, index: readonly number[]): number {
  return x.data[offsetOf(index, x.shape)]!;
}

/** The position of an index in a tensor that is repeated to meet it; both have the batch in front. */
function broadcastIndex(index: readonly number[], shape: readonly number[]): number[] {
  const missing = index.length - shape.length;
  return shape.map((length, axis) =>
    axis === 0 ? index[0]! : length === 1 ? 0 : index[axis + missing]!,
  );
}

function eachIndex(shape: readonly number[], value: (index: readonly number[]) => number): Doubles {
  const data = new Float64Array(shape.reduce((product, length) => product * length, 1));
  const index = shape.map(() => 0);
  for (let i = 0; i < data.length; i++) {
    data[i] = value(index);
    for (let axis = index.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
  return { data, shape };
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

/** The two source pixels and the share of the second. */
function between(
  index: number,
  size: number,
  source: number,
  alignCorners = false,
): [number, number, number] {
  const position = alignCorners
    ? (index * (source - 1)) / Math.max(1, size - 1)
    : Math.max(0, ((index + 0.5) * source) / size - 0.5);
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
