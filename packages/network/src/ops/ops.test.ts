import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  activation,
  adaptiveAveragePool,
  add,
  avgPool,
  batchNorm,
  channelShuffle,
  concat,
  conv2d,
  convTranspose2d,
  flatten,
  globalAveragePool,
  input,
  layerNorm,
  linear,
  matmul,
  maxPool,
  mean,
  mul,
  NetworkError,
  pad,
  parameter,
  pixelShuffle,
  reshape,
  resizeBilinear,
  resizeNearest,
  sinePositions,
  sinePositionTable,
  slice,
  softmax,
  split,
  transpose,
  type Value,
} from '../index.js';

const map = (height: number, width: number, channels = 4): Value =>
  input('x', { height, width, channels });
const codeOf = (f: () => unknown): string => {
  try {
    f();
  } catch (error) {
    if (error instanceof NetworkError) return error.code;
    throw error;
  }
  return 'no error';
};

describe('shapes', () => {
  it('of convolutions', () => {
    const sized = (options: object): readonly number[] =>
      conv2d(map(9, 8), { name: 'c', channels: 6, ...options }).shape;
    expect(sized({})).toEqual([9, 8, 6]);
    expect(sized({ kernel: 3 })).toEqual([7, 6, 6]);
    expect(sized({ kernel: 3, strides: 2, padding: 1 })).toEqual([5, 4, 6]);
    expect(sized({ kernel: 3, dilations: 2 })).toEqual([5, 4, 6]);
    expect(sized({ kernel: { height: 3, width: 1 }, strides: { height: 2, width: 1 } })).toEqual([
      4, 8, 6,
    ]);
    expect(sized({ kernel: 3, padding: { top: 1, bottom: 0, left: 2, right: 0 } })).toEqual([
      8, 8, 6,
    ]);
  });

  it("of 'same' padding are the size over the stride, rounded up", () => {
    const size = fc.integer({ min: 1, max: 40 });
    const small = fc.integer({ min: 1, max: 7 });
    fc.assert(
      fc.property(size, size, small, small, small, (height, width, kernel, strides, dilations) => {
        const { shape, attributes } = conv2d(map(height, width), {
          name: 'c',
          channels: 1,
          kernel,
          strides,
          dilations,
          padding: 'same',
        });
        expect(shape).toEqual([Math.ceil(height / strides), Math.ceil(width / strides), 1]);
        const { padding } = attributes as { padding: Record<string, number> };
        expect(padding.bottom! - padding.top!).toBeOneOf([0, 1]);
        expect(padding.right! - padding.left!).toBeOneOf([0, 1]);
      }),
    );
  });

  it('of a transposed convolution undo those of the convolution', () => {
    const small = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(fc.integer({ min: 6, max: 30 }), small, small, small, (size, k, s, p) => {
        const padding = Math.min(p, k - 1);
        const forward = conv2d(map(size, size), {
          name: 'c',
          channels: 1,
          kernel: k,
          strides: s,
          padding,
        }).shape[0]!;
        const outputPadding = (size + 2 * padding - k) % s;
        const back = convTranspose2d(map(forward, forward), {
          name: 'd',
          channels: 1,
          kernel: k,
          strides: s,
          padding,
          outputPadding,
        });
        expect(back.shape).toEqual([size, size, 1]);
      }),
    );
  });

  it('of the others', () => {
    const x = map(9, 7);
    expect(maxPool(x, { kernel: 2 }).shape).toEqual([4, 3, 4]);
    expect(avgPool(x, { kernel: 3, strides: 2, padding: 1 }).shape).toEqual([5, 4, 4]);
    expect(globalAveragePool(x).shape).toEqual([4]);
    expect(linear(globalAveragePool(x), { name: 'l', channels: 10 }).shape).toEqual([10]);
    expect(resizeNearest(x, { scale: 2 }).shape).toEqual([18, 14, 4]);
    expect(resizeBilinear(x, { size: { width: 5, height: 3 } }).shape).toEqual([3, 5, 4]);
    const wide = conv2d(x, { name: 'wide', channels: 6 });
    expect(concat([x, wide, x], { name: 'cat' }).shape).toEqual([9, 7, 14]);
    expect(concat([x, x], { name: 'rows', axis: 0 }).shape).toEqual([18, 7, 4]);
    expect(globalAveragePool(x, { keepMap: true }).shape).toEqual([1, 1, 4]);
    expect(mul([x, globalAveragePool(x)], { name: 'm' }).shape).toEqual([9, 7, 4]);
    expect(mul([globalAveragePool(x), x], { name: 'm' }).shape).toEqual([9, 7, 4]);
    expect(slice(x, { axis: 0, begin: 2, size: 3 }).shape).toEqual([3, 7, 4]);
    expect(split(x, [1, 3]).map(({ shape }) => shape[2])).toEqual([1, 3]);
    const sides = { top: 0, bottom: 1, left: 2, right: 3 };
    expect(pad(x, { padding: sides }).shape).toEqual([10, 12, 4]);
    expect(channelShuffle(x, { groups: 2 }).shape).toEqual([9, 7, 4]);
    expect(pixelShuffle(x, { factor: 2 }).shape).toEqual([18, 14, 1]);
    expect(adaptiveAveragePool(x, { size: { width: 2, height: 12 } }).shape).toEqual([12, 2, 4]);
    expect(flatten(x).shape).toEqual([252]);
    expect(reshape(x, { shape: [63, -1] }).shape).toEqual([63, 4]);
    expect(transpose(x, { axes: [2, 0, 1] }).shape).toEqual([4, 9, 7]);
    expect(mean(x, { axes: [-1] }).shape).toEqual([9, 7]);
    expect(mean(x, { axes: [1, 0], keepAxes: true }).shape).toEqual([1, 1, 4]);
    expect(softmax(layerNorm(x, { name: 'n' })).shape).toEqual([9, 7, 4]);
    expect(matmul(x, x, { name: 'p', transposeB: true }).shape).toEqual([9, 7, 7]);
    expect(matmul(x, x, { name: 'p', transposeA: true }).shape).toEqual([9, 4, 4]);
    expect(parameter({ name: 'tokens', shape: [17, 192] }).shape).toEqual([17, 192]);
    const size = { width: 3, height: 2 };
    expect(sinePositions({ name: 's', size, channels: 8 }).shape).toEqual([6, 8]);
  });

  it('of pools rounded up count windows that begin inside the map or before it', () => {
    const sizeOf = (length: number, kernel: number, strides: number, padding: number): number =>
      maxPool(map(length, length), { kernel, strides, padding, ceilMode: true }).shape[0]!;
    expect(sizeOf(9, 2, 2, 0)).toBe(5);
    expect(sizeOf(8, 2, 2, 0)).toBe(4);
    expect(sizeOf(112, 3, 2, 0)).toBe(56);
    // The third window of stride 3 would begin at 5 of 5 pixels with 1 in front: left out, as in PyTorch.
    expect(sizeOf(5, 2, 3, 1)).toBe(2);
    expect(sizeOf(7, 3, 2, 1)).toBe(4);
  });
});

describe('parameters', () => {
  const shapes = (value: Value): object =>
    Object.fromEntries(Object.values(value.parameters).map(({ name, shape }) => [name, shape]));

  it('are [kh, kw, in / groups, out]', () => {
    const x = map(8, 8, 6);
    expect(shapes(conv2d(x, { name: 'c', channels: 4, kernel: 3, groups: 2 }))).toEqual({
      'c.weight': [3, 3, 3, 4],
      'c.bias': [4],
    });
    expect(
      shapes(conv2d(x, { name: 'c', channels: 6, kernel: 5, groups: 6, bias: false })),
    ).toEqual({ 'c.weight': [5, 5, 1, 6] });
    expect(shapes(convTranspose2d(x, { name: 'd', channels: 4, kernel: 4 }))).toEqual({
      'd.weight': [4, 4, 4, 6],
      'd.bias': [4],
    });
    expect(shapes(layerNorm(x, { name: 'n' }))).toEqual({ 'n.gamma': [6], 'n.beta': [6] });
    expect(shapes(parameter({ name: 'tokens', shape: [3, 4] }))).toEqual({ tokens: [3, 4] });
    expect(shapes(batchNorm(x, { name: 'n' }))).toEqual({
      'n.gamma': [6],
      'n.beta': [6],
      'n.mean': [6],
      'n.variance': [6],
    });
  });
});

describe('refuses', () => {
  const x = map(8, 8);
  it.each([
    ['no name', () => conv2d(x, { name: '', channels: 1 }), 'OUT_OF_RANGE'],
    ['a name with spaces', () => conv2d(x, { name: 'a b', channels: 1 }), 'OUT_OF_RANGE'],
    ['half a channel', () => conv2d(x, { name: 'c', channels: 1.5 }), 'OUT_OF_RANGE'],
    ['a negative pad', () => conv2d(x, { name: 'c', channels: 1, padding: -1 }), 'OUT_OF_RANGE'],
    ['stride 0', () => conv2d(x, { name: 'c', channels: 1, strides: 0 }), 'OUT_OF_RANGE'],
    ['odd groups', () => conv2d(x, { name: 'c', channels: 4, groups: 3 }), 'SHAPE_MISMATCH'],
    ['a large window', () => conv2d(x, { name: 'c', channels: 1, kernel: 9 }), 'SHAPE_MISMATCH'],
    [
      'an output padding as large as the stride',
      () => convTranspose2d(x, { name: 'd', channels: 1, kernel: 3, strides: 2, outputPadding: 2 }),
      'OUT_OF_RANGE',
    ],
    [
      'nothing left of a transposed convolution',
      () => convTranspose2d(map(1, 1), { name: 'd', channels: 1, kernel: 2, padding: 1 }),
      'SHAPE_MISMATCH',
    ],
    [
      'a convolution of a vector',
      () => conv2d(globalAveragePool(x), { name: 'c', channels: 1 }),
      'SHAPE_MISMATCH',
    ],
    ['a sum of one', () => add([x], { name: 'a' }), 'OUT_OF_RANGE'],
    ['a sum of two shapes', () => add([x, map(8, 7)], { name: 'a' }), 'SHAPE_MISMATCH'],
    ['a concatenation of two sizes', () => concat([x, map(8, 7)], { name: 'a' }), 'SHAPE_MISMATCH'],
    ['a momentum over 1', () => batchNorm(x, { name: 'n', momentum: 1.1 }), 'OUT_OF_RANGE'],
    [
      'a product of sizes that do not meet',
      () => mul([x, map(8, 7)], { name: 'm' }),
      'SHAPE_MISMATCH',
    ],
    ['a slice over the end', () => slice(x, { begin: 3, size: 2 }), 'OUT_OF_RANGE'],
    ['a slice of no axis', () => slice(x, { axis: 3, begin: 0, size: 1 }), 'OUT_OF_RANGE'],
    ['a split that leaves some', () => split(x, [1, 2]), 'SHAPE_MISMATCH'],
    ['a shuffle of odd groups', () => channelShuffle(x, { groups: 3 }), 'SHAPE_MISMATCH'],
    ['a pixel shuffle of 4 by 3', () => pixelShuffle(x, { factor: 3 }), 'SHAPE_MISMATCH'],
    ['another number of elements', () => reshape(x, { shape: [5, 5] }), 'SHAPE_MISMATCH'],
    ['a length that does not divide', () => reshape(x, { shape: [5, -1] }), 'OUT_OF_RANGE'],
    ['an axis twice', () => transpose(x, { axes: [0, 0, 2] }), 'OUT_OF_RANGE'],
    ['too few axes', () => transpose(x, { axes: [1, 0] }), 'OUT_OF_RANGE'],
    ['a mean of no axis', () => mean(x, { axes: [] }), 'OUT_OF_RANGE'],
    ['a mean of everything', () => mean(x, { axes: [0, 1, 2] }), 'OUT_OF_RANGE'],
    ['matrices that do not meet', () => matmul(x, x, { name: 'p' }), 'SHAPE_MISMATCH'],
    [
      'a product with a vector',
      () => matmul(x, globalAveragePool(x), { name: 'p' }),
      'SHAPE_MISMATCH',
    ],
    ['a slope of a relu', () => activation(x, 'relu', { slope: 0.1 }), 'OUT_OF_RANGE'],
    [
      'positions of odd length',
      () => sinePositions({ name: 's', size: { width: 2, height: 2 }, channels: 6 }),
      'OUT_OF_RANGE',
    ],
    ['half a pixel', () => resizeNearest(x, { scale: 0.3 }), 'OUT_OF_RANGE'],
  ])('%s', (_, build, code) => expect(codeOf(build)).toBe(code));
});

describe('sinePositionTable', () => {
  it('has rows before columns, sine before cosine, and falling frequencies', () => {
    const table = sinePositionTable({ size: { width: 3, height: 2 }, channels: 8 });
    const token = (row: number, column: number): number[] => [
      ...table.subarray((row * 3 + column) * 8, (row * 3 + column + 1) * 8),
    ];
    const [y, x] = [(2 / 2.000001) * 2 * Math.PI, (3 / 3.000001) * 2 * Math.PI];
    const expected = [y, x].flatMap((angle) => [
      Math.sin(angle),
      Math.cos(angle),
      Math.sin(angle / 100),
      Math.cos(angle / 100),
    ]);
    for (const [i, value] of token(1, 2).entries()) expect(value).toBeCloseTo(expected[i]!, 6);
    expect(token(0, 2).slice(4)).toEqual(token(1, 2).slice(4));
    expect(token(0, 0).slice(0, 4)).toEqual(token(0, 2).slice(0, 4));
  });
});
