import { hasBackend, startBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  filterGradient,
  forward,
  type Geometry,
  inputGradient,
  type Sums,
} from '../test/convolution-loops.js';
import { kernel, values, wasmBackend, withGuards } from '../test/heap.js';
import { type AcceleratedWasm, accelerateWith } from './accelerate-wasm.js';

/**
 * Largest error of an entry, relative to the largest sum of magnitudes of any entry: transforms mix the values of a tile, so a
 * small entry takes its neighbours' rounding. A plain float32 sum of a few hundred terms stays near 1e-7.
 */
const TOLERANCE = 1e-6;

type Pair = [number, number];

interface Case {
  readonly x: [number, number, number, number];
  readonly size: number;
  readonly out: number;
  readonly stride: number;
  readonly pad: 'same' | 'valid' | number | [Pair, Pair, Pair, Pair];
  readonly dilation?: Pair;
  readonly groups?: number;
}

const sides = (top: number, bottom: number, left: number, right: number): Case['pad'] => [
  [0, 0],
  [top, bottom],
  [left, right],
  [0, 0],
];

const SHAPES = [
  { size: 3, stride: 1 },
  { size: 3, stride: 2 },
  { size: 4, stride: 2 },
] as const;

const cases: Case[] = SHAPES.flatMap(({ size, stride }): Case[] => [
  { x: [2, 8, 8, 8], size, stride, out: 8, pad: 'same' },
  { x: [1, 16, 12, 4], size, stride, out: 12, pad: 'same' },
  { x: [2, 7, 9, 12], size, stride, out: 4, pad: 'same' },
  { x: [1, 13, 10, 20], size, stride, out: 24, pad: 'valid' },
  { x: [3, 5, 6, 4], size, stride, out: 4, pad: 1 },
  { x: [1, 6, 5, 8], size, stride, out: 20, pad: 2 },
  { x: [1, 9, 14, 4], size, stride, out: 8, pad: sides(0, 2, 1, 0) },
  { x: [1, 10, 11, 4], size, stride, out: 8, pad: sides(2, 0, 0, 1) },
  { x: [1, 11, 8, 8], size, stride, out: 4, pad: sides(3, 3, 4, 2) },
  { x: [2, 1, 1, 4], size, stride, out: 4, pad: 'same' },
  { x: [1, 2, 3, 4], size, stride, out: 8, pad: 'same' },
  // More channels than one pass of a transform, and more tiles than one block.
  { x: [1, 9, 9, 76], size, stride, out: 132, pad: 'same' },
  { x: [2, 50, 38, 36], size, stride, out: 28, pad: 'same' },
  { x: [2, 9, 6, 24], size, stride, out: 48, pad: 1, groups: 2 },
  { x: [1, 7, 11, 32], size, stride, out: 32, pad: sides(2, 1, 0, 1), groups: 8 },
]);
cases.push(
  { x: [1, 17, 12, 4], size: 3, stride: 1, out: 8, pad: 'same', dilation: [2, 3] },
  { x: [2, 9, 7, 4], size: 3, stride: 1, out: 4, pad: sides(1, 0, 5, 2), dilation: [1, 2] },
  { x: [1, 3, 3, 4], size: 3, stride: 1, out: 4, pad: 4, dilation: [4, 4] },
);

function geometry(c: Case): Geometry & { filter: number[]; y: number[] } {
  const [batch, height, width, channels] = c.x;
  const { groups = 1 } = c;
  const filter = [c.size, c.size, channels / groups, c.out];
  const info = tf.backend_util.computeConv2DInfo(
    [batch, height, width, channels / groups],
    filter as [number, number, number, number],
    c.stride,
    c.dilation ?? 1,
    c.pad,
  );
  return {
    ...{ batch, height, width, channels, stride: [c.stride, c.stride] },
    ...{ outHeight: info.outHeight, outWidth: info.outWidth, outChannels: info.outChannels },
    ...{ filterHeight: c.size, filterWidth: c.size, depthwise: false, filter, groups },
    ...{ dilation: c.dilation ?? [1, 1], pad: { top: info.padInfo.top, left: info.padInfo.left } },
    y: info.outShape,
  };
}

/** Largest error over the largest sum of magnitudes; Infinity for a value that is not a number. */
function errorOf(actual: Float32Array, { sum, magnitude }: Sums): number {
  if (actual.length !== sum.length) return Infinity;
  const scale = magnitude.reduce((a, b) => Math.max(a, b), 1e-30);
  const worst = actual.reduce((a, value, i) => {
    const error = Math.abs(value - sum[i]!);
    return Number.isNaN(error) ? Infinity : Math.max(a, error);
  }, 0);
  return worst / scale;
}

describe.skipIf(!hasBackend('wasm')).each([true, false])('Winograd, relaxed %s', (relaxed) => {
  let accelerated: AcceleratedWasm;
  // The plain build with the tiles for 256-bit vectors, which give the same anywhere.
  beforeAll(async () => {
    await startBackend('wasm');
    accelerated = await accelerateWith({ relaxed, pairPanels: !relaxed, winograd: 'always' });
  });
  afterAll(() => accelerated.undo());

  const check = async (
    name: string,
    shapes: Readonly<Record<string, number[]>>,
    attrs: object,
    expected: (a: Float32Array, b: Float32Array) => Sums,
  ): Promise<void> => {
    const [first, second] = Object.values(shapes).map((shape, i) =>
      values(i + 1, tf.util.sizeFromShape(shape)),
    ) as [Float32Array, Float32Array];
    const [a, b] = Object.keys(shapes) as [string, string];
    const broken = await withGuards(async () => {
      const inputs = { [a]: tf.tensor(first, shapes[a]!), [b]: tf.tensor(second, shapes[b]!) };
      const [actual] = await kernel(name, inputs, attrs);
      tf.dispose(inputs);
      expect(errorOf(actual!, expected(first, second))).toBeLessThan(TOLERANCE);
    });
    expect(broken).toBe(0);
  };

  describe.each(
    cases,
  )('$size x $size stride $stride $x to $out, pad $pad, dilation $dilation, groups $groups', (c) => {
    const g = geometry(c);
    const { filter, y } = g;
    const attrs = {
      ...{ strides: c.stride, pad: c.pad, dilations: c.dilation ?? 1, dataFormat: 'NHWC' },
      ...(c.groups && { groups: c.groups }),
    };
    const name = c.groups ? 'GroupedConv2D' : 'Conv2D';
    it('forward', () => check(name, { x: c.x, filter }, attrs, (a, b) => forward(g, a, b)));
    it('input gradient', () =>
      check(`${name}BackpropInput`, { dy: y, filter }, { ...attrs, inputShape: c.x }, (a, b) =>
        inputGradient(g, a, b),
      ));
    it('filter gradient', () =>
      check(`${name}BackpropFilter`, { x: c.x, dy: y }, { ...attrs, filterShape: filter }, (a, b) =>
        filterGradient(g, a, b),
      ));
  });

  const wide: Case = { x: [2, 9, 7, 520], size: 3, stride: 1, out: 260, pad: 'same' };
  const run = (c: Case): (() => void)[] => {
    const { filter, y } = geometry(c);
    const [a, b, d] = [tf.zeros(c.x), tf.zeros(filter), tf.zeros(y)];
    const attrs = { strides: c.stride, pad: c.pad, dataFormat: 'NHWC', dilations: 1 };
    const kernels: [string, tf.NamedTensorMap, object][] = [
      ['Conv2D', { x: a, filter: b }, {}],
      ['Conv2DBackpropInput', { dy: d, filter: b }, { inputShape: c.x }],
      ['Conv2DBackpropFilter', { x: a, dy: d }, { filterShape: filter }],
    ];
    return kernels.map(([name, inputs, more]) => () => {
      const attributes = { ...attrs, ...more } as object as tf.NamedAttrMap;
      tf.dispose(tf.engine().runKernel(name, { ...inputs }, attributes));
    });
  };

  it('keeps its scratch memory below 16 MiB', () => {
    const backend = wasmBackend();
    const { _malloc } = backend.wasm;
    onTestFinished(() => {
      backend.wasm._malloc = _malloc;
    });
    tf.engine().startScope();
    for (const c of [wide, { ...wide, size: 4, stride: 2 }]) {
      for (const step of run(c)) {
        const sizes: number[] = [];
        backend.wasm._malloc = (bytes) => {
          sizes.push(bytes);
          return _malloc(bytes);
        };
        step();
        // The result, then the scratch memory.
        expect(Math.max(...sizes.slice(1))).toBeLessThan(16 * 2 ** 20);
      }
    }
    tf.engine().endScope();
  });

  // A filter in several parts.
  it('convolves wide filters in parts', () => {
    const g = geometry({ ...wide, x: [1, 3, 4, 520] });
    const { filter } = g;
    const x = [1, 3, 4, 520];
    const attrs = { strides: 1, pad: 'same', dilations: 1, dataFormat: 'NHWC' };
    return check('Conv2DBackpropInput', { dy: g.y, filter }, { ...attrs, inputShape: x }, (a, b) =>
      inputGradient(g, a, b),
    );
  });
});
