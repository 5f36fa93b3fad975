import { largestDifference, largestMagnitude } from '@pose-distill/internal-testing';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../test/evaluate.js';
import { randomMaps, randomWeights } from '../test/random-weights.js';
import {
  add,
  batchNorm,
  conv2d,
  defineNetwork,
  foldBatchNorm,
  fuseReparameterised,
  input,
  networkFromJson,
  networkToJson,
  relu,
  type Value,
} from './index.js';

const image = input('image', { height: 7, width: 6, channels: 4 });
const norm = (x: Value): Value => batchNorm(x, { name: `${x.name}.bn` });

interface Geometry {
  readonly channels?: number;
  readonly strides?: number;
  readonly groups?: number;
  readonly dilations?: number;
  readonly kernel?: number;
  readonly bias?: boolean;
}

/** A block of branches `wide`, `narrow` and, where the shape stays, `identity`. */
function block(x: Value, name: string, geometry: Geometry = {}): Value {
  const { kernel = 3, dilations = 1, ...rest } = { channels: 4, bias: false, ...geometry };
  const padding = (dilations * (kernel - 1)) / 2;
  const branches = [
    norm(conv2d(x, { ...rest, name: `${name}.narrow` })),
    norm(conv2d(x, { ...rest, name: `${name}.wide`, kernel, dilations, padding })),
  ];
  const stays = rest.channels === x.shape[2] && (rest.strides ?? 1) === 1;
  if (stays) branches.push(batchNorm(x, { name: `${name}.identity` }));
  return add(branches, { name: `${name}.sum` });
}

function check(output: Value, fusedSums: number): void {
  const network = defineNetwork({ inputs: [image], outputs: { output } });
  const weights = randomWeights(network, 5);
  const before = structuredClone(weights);
  const fused = fuseReparameterised(network, weights);
  const maps = { image: randomMaps([2, 7, 6, 4], 3) };
  const expected = evaluate(network, weights, maps).output!;
  const found = evaluate(fused.network, fused.weights, maps).output!;
  expect(found.shape).toEqual(expected.shape);
  const limit = 1e-6 * largestMagnitude(expected.data);
  expect(largestDifference(found.data, expected.data)).toBeLessThan(limit);
  expect(weights).toEqual(before);
  const sums = (nodes: readonly { op: string }[]): number =>
    nodes.filter(({ op }) => op === 'add').length;
  expect(sums(network.nodes) - sums(fused.network.nodes)).toBe(fusedSums);
  const json = JSON.parse(JSON.stringify(networkToJson(fused.network)));
  expect(networkFromJson(json)).toEqual(fused.network);
}

describe('fuseReparameterised', () => {
  it.each<[string, Geometry]>([
    ['dense', {}],
    ['dense with bias', { bias: true }],
    ['dense with stride 2', { strides: 2 }],
    ['dense to other channels', { channels: 6 }],
    ['depthwise', { groups: 4 }],
    ['depthwise with stride 2', { groups: 4, strides: 2 }],
    ['grouped', { groups: 2, bias: true }],
    ['grouped to other channels', { groups: 2, channels: 8 }],
    ['dilated', { dilations: 2 }],
    ['5x5', { kernel: 5 }],
  ])('makes a %s block one convolution', (_, geometry) => {
    check(relu(block(image, 'block', geometry)), 1);
  });

  it('fuses blocks behind each other, and the plain input as a branch', () => {
    const first = relu(block(image, 'first'));
    const convolved = conv2d(first, { name: 'second', channels: 4, kernel: 3, padding: 1 });
    check(add([first, convolved], { name: 'second.sum' }), 2);
  });

  it('names what it makes by the sum, and leaves the rest to foldBatchNorm', () => {
    const last = norm(conv2d(relu(block(image, 'block')), { name: 'head', channels: 3 }));
    const network = defineNetwork({ inputs: [image], outputs: { last } });
    const fused = fuseReparameterised(network, randomWeights(network));
    const folded = foldBatchNorm(fused.network, fused.weights);
    expect(folded.network.nodes.map(({ name }) => name)).toEqual([
      'image',
      'block.sum',
      'block.sum/relu',
      'head',
    ]);
    expect(Object.keys(folded.weights)).toEqual([
      'block.sum.weight',
      'block.sum.bias',
      'head.weight',
      'head.bias',
    ]);
  });

  it('leaves sums that no convolution equals', () => {
    const narrow = norm(conv2d(image, { name: 'narrow', channels: 4 }));
    const sides = { top: 0, bottom: 2, left: 1, right: 1 };
    const aside = norm(conv2d(image, { name: 'aside', channels: 4, kernel: 3, padding: sides }));
    check(add([narrow, aside], { name: 'sum' }), 0);
    const wide = norm(conv2d(image, { name: 'wide', channels: 4, kernel: 3, padding: 1 }));
    check(add([relu(narrow), wide], { name: 'sum' }), 0);
    const oblong = { kernel: { width: 3, height: 1 }, padding: { ...sides, bottom: 0 } };
    const tall = {
      kernel: { width: 1, height: 3 },
      padding: { top: 1, bottom: 1, left: 0, right: 0 },
    };
    const row = conv2d(image, { name: 'row', channels: 4, ...oblong });
    check(add([row, conv2d(image, { name: 'column', channels: 4, ...tall })], { name: 'sum' }), 0);
    const grouped = conv2d(image, { name: 'g', channels: 4, kernel: 3, padding: 1, groups: 2 });
    check(add([narrow, grouped], { name: 'sum' }), 0);
    // A branch that something else reads must stay.
    check(add([add([narrow, wide], { name: 'sum' }), narrow], { name: 'more' }), 0);
  });
});
