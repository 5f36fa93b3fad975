import { largestDifference, largestMagnitude } from '@pose-distill/internal-testing';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../test/evaluate.js';
import { randomMaps, randomWeights } from '../test/random-weights.js';
import {
  activation,
  add,
  batchNorm,
  conv2d,
  convTranspose2d,
  defineNetwork,
  foldBatchNorm,
  input,
  type Network,
  networkFromJson,
  networkToJson,
  relu,
  relu6,
  type Value,
} from './index.js';

const image = input('image', { height: 7, width: 6, channels: 4 });
const norm = (x: Value): Value => batchNorm(x, { name: `${x.name}.bn` });

/** Folds, compares all outputs in double precision; float32 weights are the only rounding. */
function checkFold(network: Network): Network {
  const weights = randomWeights(network);
  const folded = foldBatchNorm(network, weights);
  const inputs = { image: randomMaps([2, 7, 6, 4]) };
  const before = evaluate(network, weights, inputs);
  const after = evaluate(folded.network, folded.weights, inputs);
  expect(Object.keys(after)).toEqual(Object.keys(before));
  for (const [name, { data, shape }] of Object.entries(before)) {
    expect(after[name]!.shape).toEqual(shape);
    const limit = 1e-6 * largestMagnitude(data);
    expect(largestDifference(after[name]!.data, data)).toBeLessThan(limit);
  }
  expect(networkFromJson(JSON.parse(JSON.stringify(networkToJson(folded.network))))).toEqual(
    folded.network,
  );
  return folded.network;
}

const countNorms = (network: Network): number =>
  network.nodes.filter(({ op }) => op === 'batchNorm').length;

describe('foldBatchNorm', () => {
  it('folds plain, grouped, depthwise and transposed convolutions, with and without bias', () => {
    const plain = relu6(norm(conv2d(image, { name: 'a', channels: 6, kernel: 3, bias: false })));
    const grouped = relu(norm(conv2d(plain, { name: 'b', channels: 8, kernel: 3, groups: 2 })));
    const deep = conv2d(grouped, { name: 'c', channels: 16, groups: 8, kernel: 3, padding: 1 });
    const large = norm(
      convTranspose2d(norm(deep), { name: 'd', channels: 5, kernel: 4, strides: 2, padding: 1 }),
    );
    const folded = checkFold(defineNetwork({ inputs: [image], outputs: { plain, large } }));
    expect(countNorms(folded)).toBe(0);
    expect(folded.nodes.map(({ name }) => name)).toEqual([
      'image',
      'a',
      'a.bn/relu6',
      'b',
      'b.bn/relu',
      'c',
      'd',
    ]);
    expect(folded.outputs.large).toBe('d');
  });

  it('passes every activation through', () => {
    const step = (x: Value, which: 'hardSwish' | 'gelu'): Value =>
      activation(norm(conv2d(x, { name: which, channels: 4 })), which);
    const folded = checkFold(
      defineNetwork({ inputs: [image], outputs: { y: step(step(image, 'hardSwish'), 'gelu') } }),
    );
    expect(folded.nodes.map(({ op }) => op)).toEqual([
      'input',
      'conv2d',
      'activation',
      'conv2d',
      'activation',
    ]);
  });

  it('leaves a convolution that others read, and a norm behind anything else', () => {
    const tapped = conv2d(image, { name: 'a', channels: 4 });
    const read = conv2d(norm(tapped), { name: 'b', channels: 4 });
    const sum = norm(add([norm(read), read], { name: 'sum' }));
    const first = batchNorm(image, { name: 'first' });
    const folded = checkFold(defineNetwork({ inputs: [image], outputs: { tapped, sum, first } }));
    expect(countNorms(folded)).toBe(4);
  });

  it('gives convolutions that share a weight one each', () => {
    const shared = { channels: 4, kernel: 3, padding: 1 };
    const first = norm(conv2d(image, { name: 'a', ...shared }));
    const parameterNames = { weight: 'a.weight', bias: 'a.bias' };
    const second = norm(conv2d(first, { name: 'b', ...shared, parameterNames }));
    const third = conv2d(second, { name: 'c', ...shared, parameterNames });
    const folded = checkFold(defineNetwork({ inputs: [image], outputs: { third } }));
    expect(folded.parameters.map(({ name }) => name)).toEqual([
      'a.folded',
      'a.folded-bias',
      'b.folded',
      'b.folded-bias',
      'a.weight',
      'a.bias',
    ]);
  });

  it('leaves network and weights as they are', () => {
    const network = defineNetwork({
      inputs: [image],
      outputs: { y: norm(conv2d(image, { name: 'a', channels: 2 })) },
    });
    const weights = randomWeights(network);
    const copy = structuredClone(weights);
    const folded = foldBatchNorm(network, weights);
    folded.weights['a.weight']!.fill(0);
    expect(weights).toEqual(copy);
    expect(network.nodes).toHaveLength(3);
  });
});
