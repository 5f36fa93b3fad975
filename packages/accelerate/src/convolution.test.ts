import { hasBackend, startBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  filterGradient,
  forward,
  type Geometry,
  inputGradient,
  roundings,
} from '../test/convolution-loops.js';
import { kernel, values, withGuards } from '../test/heap.js';
import { type AcceleratedWasm, accelerateWith } from './accelerate-wasm.js';

/** Sums of up to a few thousand float32 products in any order stay well within this many roundings. */
const ROUNDINGS = 12;

type Pad = 'same' | 'valid' | number | [[0, 0], [number, number], [number, number], [0, 0]];

interface Case {
  readonly x: [number, number, number, number];
  readonly kernel: [number, number];
  /** Output channels; for depthwise cases outputs per channel. */
  readonly out: number;
  readonly stride: [number, number];
  readonly pad: Pad;
  readonly dilation?: [number, number];
  readonly groups?: number;
}

const CHANNELS = [1, 3, 4, 5, 8, 17, 24, 33];
const ODD_PAD: Pad = [
  [0, 0],
  [0, 2],
  [1, 3],
  [0, 0],
];
const WIDE_PAD: Pad = [
  [0, 0],
  [3, 1],
  [2, 0],
  [0, 0],
];

function geometry(c: Case, depthwise: boolean): Geometry & { filter: number[]; y: number[] } {
  const [batch, height, width, channels] = c.x;
  const { groups = 1 } = c;
  const filter = [...c.kernel, channels / groups, c.out];
  const info = tf.backend_util.computeConv2DInfo(
    [batch, height, width, channels / groups],
    filter as [number, number, number, number],
    c.stride,
    c.dilation ?? 1,
    c.pad,
    undefined,
    depthwise,
  );
  return {
    ...{ batch, height, width, channels, stride: c.stride, dilation: c.dilation ?? [1, 1] },
    ...{ outHeight: info.outHeight, outWidth: info.outWidth, outChannels: info.outChannels },
    ...{ filterHeight: c.kernel[0], filterWidth: c.kernel[1], depthwise, filter, groups },
    pad: { top: info.padInfo.top, left: info.padInfo.left },
    y: info.outShape,
  };
}

const title = (c: Case): string =>
  `[${c.x}] kernel ${c.kernel} to ${c.out}, stride ${c.stride}, pad ${JSON.stringify(c.pad)}` +
  (c.dilation ? `, dilation ${c.dilation}` : '') +
  (c.groups ? `, groups ${c.groups}` : '');

const shapes: Case[] = [
  { x: [2, 7, 5, 5], kernel: [1, 1], out: 8, stride: [1, 1], pad: 'same' },
  { x: [3, 6, 6, 8], kernel: [1, 1], out: 5, stride: [2, 2], pad: 'valid' },
  { x: [1, 8, 6, 4], kernel: [3, 3], out: 6, stride: [1, 1], pad: 'same' },
  { x: [2, 9, 7, 3], kernel: [3, 3], out: 24, stride: [2, 2], pad: 'same' },
  { x: [2, 8, 6, 6], kernel: [3, 3], out: 7, stride: [2, 2], pad: 'same' },
  { x: [1, 8, 13, 5], kernel: [4, 4], out: 9, stride: [2, 2], pad: 'same' },
  { x: [2, 7, 8, 4], kernel: [4, 4], out: 3, stride: [1, 1], pad: 'valid' },
  { x: [2, 9, 10, 4], kernel: [5, 5], out: 10, stride: [2, 1], pad: 'same' },
  { x: [1, 5, 19, 7], kernel: [3, 5], out: 8, stride: [1, 3], pad: 2 },
  { x: [2, 6, 7, 5], kernel: [3, 3], out: 12, stride: [2, 2], pad: ODD_PAD },
  { x: [2, 5, 6, 9], kernel: [4, 2], out: 4, stride: [1, 2], pad: WIDE_PAD },
  { x: [1, 2, 2, 6], kernel: [5, 5], out: 6, stride: [1, 1], pad: 'same' },
  { x: [1, 1, 1, 3], kernel: [3, 3], out: 2, stride: [2, 2], pad: 'same' },
  { x: [1, 9, 8, 4], kernel: [3, 3], out: 4, stride: [1, 1], pad: 'same', dilation: [2, 3] },
  { x: [1, 9, 8, 4], kernel: [3, 3], out: 4, stride: [2, 2], pad: ODD_PAD, dilation: [2, 1] },
];

const dense: Case[] = [
  ...shapes,
  // Channel counts around the tile sizes, both sides.
  ...CHANNELS.flatMap((channels, i) => [
    {
      ...{ x: [2, 5, 4, channels], kernel: [3, 3], out: CHANNELS[CHANNELS.length - 1 - i] },
      ...{ stride: [1, 1], pad: 'same' },
    } as Case,
    {
      ...{ x: [1, 3, 7, channels], kernel: [1, 1], out: CHANNELS[(i + 3) % CHANNELS.length] },
      ...{ stride: [1, 1], pad: 'valid' },
    } as Case,
  ]),
  ...[1, 2, 3, 4, 5, 6, 7, 9, 15, 17].map(
    (out) => ({ x: [1, 4, 3, 7], kernel: [2, 2], out, stride: [1, 1], pad: 'same' }) as Case,
  ),
  // Few channels: rows of taps are one run.
  { x: [2, 12, 10, 3], kernel: [7, 7], out: 16, stride: [2, 2], pad: 'same' },
  { x: [1, 5, 6, 2], kernel: [3, 5], out: 6, stride: [1, 3], pad: WIDE_PAD },
  { x: [2, 7, 9, 3], kernel: [1, 3], out: 5, stride: [2, 4], pad: 'valid' },
  { x: [2, 3, 2, 4], kernel: [3, 4], out: 7, stride: [1, 1], pad: 5 },
  // More pixels than one chunk, and a row count that the chunks do not divide.
  { x: [2, 23, 31, 6], kernel: [1, 1], out: 11, stride: [1, 1], pad: 'same' },
  { x: [1, 5, 211, 12], kernel: [3, 3], out: 8, stride: [1, 1], pad: 'same' },
  { x: [1, 17, 9, 144], kernel: [1, 1], out: 96, stride: [1, 1], pad: 'same' },
];

const grouped: Case[] = [
  { x: [2, 6, 5, 8], kernel: [3, 3], out: 8, stride: [1, 1], pad: 'same', groups: 2 },
  { x: [2, 7, 6, 12], kernel: [3, 3], out: 20, stride: [2, 2], pad: ODD_PAD, groups: 4 },
  { x: [1, 9, 5, 15], kernel: [3, 2], out: 6, stride: [1, 2], pad: WIDE_PAD, groups: 3 },
  { x: [2, 5, 7, 10], kernel: [1, 1], out: 35, stride: [1, 1], pad: 'same', groups: 5 },
  {
    x: [1, 8, 9, 16],
    kernel: [3, 3],
    out: 24,
    stride: [1, 1],
    pad: 2,
    dilation: [2, 3],
    groups: 8,
  },
  { x: [1, 4, 4, 6], kernel: [4, 4], out: 6, stride: [2, 2], pad: 'same', groups: 6 },
  { x: [1, 16, 12, 64], kernel: [3, 3], out: 128, stride: [1, 1], pad: 'same', groups: 8 },
];

const depthwise: Case[] = [
  // Large filters over rows wide enough to go row by row, with whole and partial vectors of channels.
  ...[4, 6, 9].flatMap((channels) =>
    (
      [
        [5, 5, 'same'],
        [7, 7, 'same'],
        [5, 5, 'valid'],
        [2, 2, 'same'],
        [3, 4, WIDE_PAD],
        [6, 6, ODD_PAD],
        [5, 9, 4],
        [11, 11, 'same'],
      ] as const
    ).flatMap(([height, width, pad]) => [
      { x: [2, 8, 36, channels], kernel: [height, width], out: 1, stride: [1, 1], pad } as Case,
      { x: [1, 9, 34, channels], kernel: [height, width], out: 1, stride: [2, 2], pad } as Case,
    ]),
  ),
  { x: [2, 7, 25, 5], kernel: [5, 5], out: 1, stride: [1, 1], pad: 'same', dilation: [2, 1] },
  { x: [2, 7, 25, 5], kernel: [5, 5], out: 1, stride: [1, 1], pad: 'same', dilation: [1, 3] },
  { x: [1, 6, 17, 8], kernel: [7, 5], out: 1, stride: [2, 1], pad: 'same' },
  ...shapes.map((c) => ({ ...c, out: 1 })),
  ...CHANNELS.flatMap((channels) =>
    [1, 2].map(
      (stride) =>
        ({
          ...{ x: [2, 6, 7, channels], kernel: [3, 3], out: 1 },
          ...{ stride: [stride, stride], pad: 'same' },
        }) as Case,
    ),
  ),
  { x: [2, 6, 5, 3], kernel: [3, 3], out: 2, stride: [1, 1], pad: 'same' },
  { x: [1, 6, 5, 4], kernel: [3, 3], out: 3, stride: [2, 2], pad: ODD_PAD },
  { x: [1, 4, 4, 4], kernel: [3, 3], out: 1, stride: [1, 1], pad: 3 },
  // Stride 2 with every padding that tfjs can give, at the edges of its window.
  ...[0, 1, 2, 3].flatMap((top) =>
    [0, 1, 2, 4].map(
      (left) =>
        ({
          ...{ x: [1, 5 + (left % 2), 4 + top, 6], kernel: [3, 3], out: 1, stride: [2, 2] },
          pad: [
            [0, 0],
            [top, left],
            [left, top],
            [0, 0],
          ],
        }) as Case,
    ),
  ),
  { x: [1, 3, 1, 4], kernel: [3, 3], out: 1, stride: [2, 2], pad: 'same' },
  { x: [1, 1, 3, 4], kernel: [3, 3], out: 1, stride: [2, 2], pad: 1 },
  { x: [1, 7, 8, 5], kernel: [3, 3], out: 1, stride: [2, 2], pad: 'valid' },
  { x: [1, 6, 9, 5], kernel: [2, 3], out: 1, stride: [1, 2], pad: 'same' },
  { x: [1, 1, 9, 5], kernel: [3, 3], out: 1, stride: [1, 1], pad: 'same' },
  { x: [1, 9, 1, 5], kernel: [3, 3], out: 1, stride: [1, 1], pad: 'same' },
  { x: [1, 2, 9, 5], kernel: [2, 3], out: 1, stride: [1, 1], pad: 'same' },
];

describe.skipIf(!hasBackend('wasm')).each([true, false])('relaxed %s', (relaxed) => {
  let accelerated: AcceleratedWasm;
  // The plain build with the tiles for 256-bit vectors, which give the same anywhere.
  beforeAll(async () => {
    await startBackend('wasm');
    accelerated = await accelerateWith({ relaxed, pairPanels: !relaxed, winograd: 'never' });
  });
  afterAll(() => accelerated.undo());

  const check = async (
    name: string,
    a: { shape: number[]; as: string },
    b: { shape: number[]; as: string },
    attrs: object,
    expected: (a: Float32Array, b: Float32Array) => ReturnType<typeof forward>,
  ): Promise<void> => {
    const first = values(1, tf.util.sizeFromShape(a.shape));
    const second = values(2, tf.util.sizeFromShape(b.shape));
    const before = tf.memory().numTensors;
    const broken = await withGuards(async () => {
      const inputs = { [a.as]: tf.tensor(first, a.shape), [b.as]: tf.tensor(second, b.shape) };
      const [actual] = await kernel(name, inputs, attrs);
      tf.dispose(inputs);
      expect(roundings(actual!, expected(first, second))).toBeLessThan(ROUNDINGS);
    });
    expect(broken).toBe(0);
    expect(tf.memory().numTensors).toBe(before);
  };

  const attributes = (c: Case) => ({
    ...{ strides: c.stride, pad: c.pad, dataFormat: 'NHWC', dilations: c.dilation ?? 1 },
    ...(c.groups && { groups: c.groups }),
  });

  describe.each([...dense, ...grouped])('conv2d $x $kernel $out $stride $pad $groups', (c) => {
    const name = c.groups ? 'GroupedConv2D' : 'Conv2D';
    const g = geometry(c, false);
    const x = { shape: c.x, as: 'x' };
    const filter = { shape: g.filter, as: 'filter' };
    const dy = { shape: g.y, as: 'dy' };
    it(`forward ${title(c)}`, () =>
      check(name, x, filter, attributes(c), (a, b) => forward(g, a, b)));
    it(`input gradient ${title(c)}`, () =>
      check(`${name}BackpropInput`, dy, filter, { ...attributes(c), inputShape: c.x }, (a, b) =>
        inputGradient(g, a, b),
      ));
    it(`filter gradient ${title(c)}`, () =>
      check(`${name}BackpropFilter`, x, dy, { ...attributes(c), filterShape: g.filter }, (a, b) =>
        filterGradient(g, a, b),
      ));
  });

  describe.each(depthwise)('depthwise $x $kernel $out $stride $pad', (c) => {
    const g = geometry(c, true);
    const x = { shape: c.x, as: 'x' };
    const filter = { shape: g.filter, as: 'filter' };
    const dy = { shape: g.y, as: 'dy' };
    it(`forward ${title(c)}`, () =>
      check('DepthwiseConv2dNative', x, filter, attributes(c), (a, b) => forward(g, a, b)));
    it(`input gradient ${title(c)}`, () =>
      check(
        'DepthwiseConv2dNativeBackpropInput',
        dy,
        filter,
        { ...attributes(c), inputShape: c.x },
        (a, b) => inputGradient(g, a, b),
      ));
    it(`filter gradient ${title(c)}`, () =>
      check(
        'DepthwiseConv2dNativeBackpropFilter',
        x,
        dy,
        { ...attributes(c), filterShape: g.filter },
        (a, b) => filterGradient(g, a, b),
      ));
  });
});
