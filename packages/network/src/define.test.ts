import { describe, expect, it } from 'vitest';
import {
  add,
  batchNorm,
  conv2d,
  defineNetwork,
  input,
  NetworkError,
  prune,
  relu,
  type Value,
} from './index.js';

const image = input('image', { height: 8, width: 6, channels: 3 });
const codeOf = (f: () => unknown): string => {
  try {
    f();
  } catch (error) {
    if (error instanceof NetworkError) return error.code;
    throw error;
  }
  return 'no error';
};

describe('defineNetwork', () => {
  const stem = conv2d(image, { name: 'stem', channels: 4, kernel: 3, padding: 1 });
  const left = conv2d(relu(stem), { name: 'left', channels: 4 });
  const right = conv2d(stem, { name: 'right', channels: 4, kernel: 3, padding: 'same' });
  const sum = add([left, right], { name: 'sum' });

  it('orders nodes so that inputs come first, and parameters by first use', () => {
    const network = defineNetwork({ inputs: [image], outputs: { sum, right } });
    expect(network.nodes.map(({ name }) => name)).toEqual([
      'image',
      'stem',
      'stem/relu',
      'left',
      'right',
      'sum',
    ]);
    expect(network.parameters.map(({ name }) => name)).toEqual([
      'stem.weight',
      'stem.bias',
      'left.weight',
      'left.bias',
      'right.weight',
      'right.bias',
    ]);
    expect(network.outputs).toEqual({ sum: 'sum', right: 'right' });
    expect(network.nodes.at(-1)!.shape).toEqual([8, 6, 4]);
  });

  it('takes two equal nodes for one', () => {
    const again = relu(stem);
    const network = defineNetwork({
      inputs: [image],
      outputs: { a: relu(stem), b: conv2d(again, { name: 'left', channels: 4 }) },
    });
    expect(network.nodes.filter(({ op }) => op === 'activation')).toHaveLength(1);
  });

  it('refuses two different nodes with one name', () => {
    const other = conv2d(image, { name: 'stem', channels: 5 });
    expect(codeOf(() => defineNetwork({ inputs: [image], outputs: { stem, other } }))).toBe(
      'DUPLICATE_NAME',
    );
  });

  it('shares a weight that two nodes name', () => {
    const twin = conv2d(right, {
      name: 'twin',
      channels: 4,
      kernel: 3,
      bias: false,
      parameterNames: { weight: 'right.weight' },
    });
    const network = defineNetwork({ inputs: [image], outputs: { twin } });
    expect(network.parameters.filter(({ name }) => name === 'right.weight')).toHaveLength(1);
    expect(network.nodes.at(-1)!.parameters).toEqual({ weight: 'right.weight' });
  });

  it('refuses shared weights of two shapes and shared running statistics', () => {
    const twin = conv2d(left, {
      name: 'twin',
      channels: 4,
      bias: false,
      parameterNames: { weight: 'stem.weight' },
    });
    expect(codeOf(() => defineNetwork({ inputs: [image], outputs: { twin } }))).toBe(
      'DUPLICATE_NAME',
    );
    const first = batchNorm(stem, { name: 'first' });
    const second = batchNorm(first, { name: 'second', parameterNames: { mean: 'first.mean' } });
    expect(codeOf(() => defineNetwork({ inputs: [image], outputs: { second } }))).toBe(
      'DUPLICATE_NAME',
    );
    const fine = batchNorm(first, { name: 'fine', parameterNames: { gamma: 'first.gamma' } });
    expect(codeOf(() => defineNetwork({ inputs: [image], outputs: { fine } }))).toBe('no error');
  });

  it('refuses an input that is not listed, a listed value that is no input, and no outputs', () => {
    expect(codeOf(() => defineNetwork({ inputs: [], outputs: { stem } }))).toBe('UNKNOWN_NAME');
    expect(codeOf(() => defineNetwork({ inputs: [stem], outputs: { stem } }))).toBe('OUT_OF_RANGE');
    expect(codeOf(() => defineNetwork({ inputs: [image], outputs: {} }))).toBe('OUT_OF_RANGE');
  });

  it('is not bounded by the stack', () => {
    let x: Value = image;
    for (let i = 0; i < 20_000; i++) x = relu(x, { name: `step${i}` });
    expect(defineNetwork({ inputs: [image], outputs: { x } }).nodes).toHaveLength(20_001);
  });

  it('cannot be changed', () => {
    const network = defineNetwork({ inputs: [image], outputs: { stem } });
    const node = network.nodes[1]!;
    expect(Object.isFrozen(network.nodes) && Object.isFrozen(node)).toBe(true);
    expect(Object.isFrozen((node.attributes as { kernel: object }).kernel)).toBe(true);
  });
});

describe('prune', () => {
  it('keeps what the outputs need, with names and order unchanged', () => {
    const a = conv2d(image, { name: 'a', channels: 2 });
    const b = conv2d(a, { name: 'b', channels: 2 });
    const c = conv2d(a, { name: 'c', channels: 2 });
    const other = input('other', { height: 8, width: 6, channels: 2 });
    const d = add([c, other], { name: 'd' });
    const network = defineNetwork({ inputs: [image, other], outputs: { b, d } });
    const pruned = prune(network, ['b']);
    expect(pruned.nodes.map(({ name }) => name)).toEqual(['image', 'a', 'b']);
    expect(pruned.inputs).toEqual(['image']);
    expect(pruned.parameters).toEqual(network.parameters.slice(0, 4));
    expect(prune(network, ['b', 'd'])).toEqual(network);
    expect(codeOf(() => prune(network, ['x']))).toBe('UNKNOWN_NAME');
    expect(codeOf(() => prune(network, []))).toBe('OUT_OF_RANGE');
  });
});
