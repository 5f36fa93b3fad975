import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  avgPool,
  batchNorm,
  concat,
  conv2d,
  convTranspose2d,
  globalAveragePool,
  input,
  linear,
  maxPool,
  NetworkError,
  resizeBilinear,
  resizeNearest,
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
    ['half a pixel', () => resizeNearest(x, { scale: 0.3 }), 'OUT_OF_RANGE'],
  ])('%s', (_, build, code) => expect(codeOf(build)).toBe(code));
});
