import { describe, expect, it } from 'vitest';
import { randomWeights } from '../test/random-weights.js';
import {
  conv2d,
  defineNetwork,
  importTorch,
  input,
  linear,
  loadWeights,
  type NetworkError,
  parameter,
  prune,
  saveWeights,
  writeSafetensors,
} from './index.js';

const image = input('image', { height: 4, width: 4, channels: 2 });
const a = conv2d(image, { name: 'a', channels: 3, kernel: { height: 1, width: 2 } });
const b = linear(a, { name: 'b', channels: 2, bias: false });
const network = defineNetwork({ inputs: [image], outputs: { a, b } });
const weights = randomWeights(network);
const withCode = (code: string): NetworkError => expect.objectContaining({ code }) as NetworkError;

describe('saveWeights and loadWeights', () => {
  it('give the weights back, also to a pruned network', () => {
    const file = saveWeights(network, weights, { step: '7' });
    expect(loadWeights(network, file)).toEqual(weights);
    expect(Object.keys(loadWeights(prune(network, ['a']), file))).toEqual(['a.weight', 'a.bias']);
  });

  it('notice what is missing or of another shape', () => {
    const { 'b.weight': left, ...rest } = weights;
    expect(() => saveWeights(network, rest)).toThrowError(withCode('UNKNOWN_NAME'));
    expect(() => saveWeights(network, { ...rest, 'b.weight': left!.subarray(1) })).toThrowError(
      withCode('SHAPE_MISMATCH'),
    );
    const layout = { layout: 'NHWC/HWIO' };
    expect(() => loadWeights(network, writeSafetensors({}, layout))).toThrowError(
      withCode('UNKNOWN_NAME'),
    );
    const tensors = Object.fromEntries(
      Object.entries(weights).map(([name, data]) => [name, { shape: [data.length], data }]),
    );
    expect(() => loadWeights(network, writeSafetensors(tensors, layout))).toThrowError(
      withCode('SHAPE_MISMATCH'),
    );
    expect(() => loadWeights(network, writeSafetensors({}))).toThrowError(withCode('BAD_FILE'));
  });
});

describe('importTorch', () => {
  const torch = {
    'net.a.weight': { shape: [3, 2, 1, 2], data: Float32Array.from({ length: 12 }, (_, i) => i) },
    'net.a.bias': { shape: [3], data: [1, 2, 3] },
    'net.b.weight': { shape: [2, 3], data: [1, 2, 3, 4, 5, 6] },
  };
  const rename = (node: string): string => `net.${node}`;

  it('renames and transposes', () => {
    const imported = importTorch(network, torch, rename);
    // [o, i, 0, x] is number 4 o + 2 i + x; ours runs over x, i, o
    expect([...imported['a.weight']!]).toEqual([0, 4, 8, 2, 6, 10, 1, 5, 9, 3, 7, 11]);
    expect([...imported['a.bias']!]).toEqual([1, 2, 3]);
    expect([...imported['b.weight']!]).toEqual([1, 4, 2, 5, 3, 6]);
  });

  it('takes a linear layer for a 1x1 convolution, and the reverse', () => {
    const point = { ...torch, 'net.b.weight': { shape: [2, 3, 1, 1], data: [1, 2, 3, 4, 5, 6] } };
    expect([...importTorch(network, point, rename)['b.weight']!]).toEqual([1, 4, 2, 5, 3, 6]);
    const wide = { ...torch, 'net.b.weight': { shape: [2, 3, 1, 2], data: new Array(12).fill(0) } };
    expect(() => importTorch(network, wide, rename)).toThrowError(withCode('SHAPE_MISMATCH'));

    const image = input('image', { height: 2, width: 2, channels: 3 });
    const c = conv2d(image, { name: 'c', channels: 2, bias: false });
    const convolution = defineNetwork({ inputs: [image], outputs: { c } });
    const matrix = { 'net.c.weight': { shape: [2, 3], data: [1, 2, 3, 4, 5, 6] } };
    expect([...importTorch(convolution, matrix, rename)['c.weight']!]).toEqual([1, 4, 2, 5, 3, 6]);
  });

  it('finds a parameter under its own path, with or without a batch in front', () => {
    const tokens = parameter({ name: 'tokens', shape: [2, 3] });
    const own = defineNetwork({ inputs: [], outputs: { tokens } });
    const data = [1, 2, 3, 4, 5, 6];
    for (const shape of [
      [1, 2, 3],
      [2, 3],
    ])
      expect([...importTorch(own, { 'net.tokens': { shape, data } }, rename).tokens!]).toEqual(
        data,
      );
    const wrong = { 'net.tokens': { shape: [2, 2, 3], data: [...data, ...data] } };
    expect(() => importTorch(own, wrong, rename)).toThrowError(withCode('SHAPE_MISMATCH'));
  });

  it('notices what is missing or does not fit', () => {
    expect(() => importTorch(network, torch, (node) => node)).toThrowError(
      withCode('UNKNOWN_NAME'),
    );
    const wrong = { ...torch, 'net.b.weight': { shape: [3, 2], data: [1, 2, 3, 4, 5, 6] } };
    expect(() => importTorch(network, wrong, rename)).toThrowError(withCode('SHAPE_MISMATCH'));
  });
});
