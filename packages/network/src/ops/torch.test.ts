import { readFileSync } from 'node:fs';
import { largestDifference } from '@pose-distill/internal-testing';
import { describe, expect, it } from 'vitest';
import { type Doubles, evaluate } from '../../test/evaluate.js';
import {
  type ActivationFunction,
  activation,
  adaptiveAveragePool,
  avgPool,
  channelShuffle,
  defineNetwork,
  initialise,
  input,
  layerNorm,
  maxPool,
  pixelShuffle,
  resizeBilinear,
  softmax,
  type Value,
} from '../index.js';

interface Options {
  readonly input: readonly [number, number, number];
  readonly times?: number;
  readonly kernel: number;
  readonly strides: number;
  readonly padding: number;
  readonly ceilMode: boolean;
  readonly countPadding?: boolean;
  readonly size: readonly [number, number];
  readonly alignCorners: boolean;
  readonly factor: number;
  readonly groups: number;
  readonly function: ActivationFunction;
  readonly epsilon: number;
}

interface Case {
  readonly op: keyof typeof BUILD;
  readonly options: Options;
  readonly y: { readonly shape: readonly number[]; readonly data: readonly number[] };
}

const sizeOf = ([height, width]: readonly [number, number]) => ({ width, height });

const BUILD = {
  maxPool: (x: Value, options: Options) => maxPool(x, options),
  avgPool: (x: Value, options: Options) => avgPool(x, options),
  adaptiveAveragePool: (x: Value, { size }: Options) =>
    adaptiveAveragePool(x, { size: sizeOf(size) }),
  resizeBilinear: (x: Value, { size, alignCorners }: Options) =>
    resizeBilinear(x, { size: sizeOf(size), alignCorners }),
  pixelShuffle: (x: Value, options: Options) => pixelShuffle(x, options),
  channelShuffle: (x: Value, options: Options) => channelShuffle(x, options),
  activation: (x: Value, options: Options) => activation(x, options.function),
  layerNorm: (x: Value, { epsilon }: Options) => layerNorm(x, { name: 'op', epsilon }),
  softmax: (x: Value) => softmax(x),
} as const;

const { cases } = JSON.parse(
  readFileSync(new URL('../../test/golden/ops.json', import.meta.url), 'utf8'),
) as { cases: readonly Case[] };

function mapsOf({ input: shape, times = 1 }: Options): Doubles {
  const size = 2 * shape.reduce((product, length) => product * length, 1);
  const data = Float64Array.from(
    { length: size },
    (_, i) => times * (Math.sin(0.7 * i) + Math.cos(0.11 * i * i)),
  );
  return { data, shape: [2, ...shape] };
}

describe.each(Object.keys(BUILD))("%s has PyTorch's rule", (op) => {
  const own = cases.filter((one) => one.op === op);
  it.each(own.map((one) => [JSON.stringify(one.options), one] as const))('%s', (_, one) => {
    const [height, width, channels] = one.options.input;
    const x = input('x', { height, width, channels });
    const network = defineNetwork({
      inputs: [x],
      outputs: { y: BUILD[one.op](x, one.options) },
    });
    const { y } = evaluate(network, initialise(network, 1), { x: mapsOf(one.options) });
    expect(y!.shape).toEqual(one.y.shape);
    expect(largestDifference(y!.data, one.y.data)).toBeLessThan(2e-9);
  });
});
