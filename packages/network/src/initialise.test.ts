import { describe, expect, it } from 'vitest';
import {
  batchNorm,
  conv2d,
  convTranspose2d,
  defineNetwork,
  initialise,
  input,
  linear,
  normal,
  parameter,
  prune,
  torchUniform,
  truncatedNormal,
  uniform,
  xavierUniform,
} from './index.js';

const image = input('image', { height: 16, width: 16, channels: 32 });
const a = conv2d(image, { name: 'a', channels: 64, kernel: 3 });
const b = batchNorm(conv2d(a, { name: 'b', channels: 64, kernel: 3, groups: 64 }), { name: 'n' });
const c = convTranspose2d(a, { name: 'c', channels: 16, kernel: 4, initialiser: normal(0.001) });
const network = defineNetwork({ inputs: [image], outputs: { b, c } });

describe('initialise', () => {
  const weights = initialise(network, 7);
  const deviation = (name: string): number =>
    Math.sqrt(
      weights[name]!.reduce((sum, value) => sum + value * value, 0) / weights[name]!.length,
    );

  it('draws with the deviations of PyTorch', () => {
    expect(deviation('a.weight') / Math.sqrt(2 / (9 * 64))).toBeCloseTo(1, 1);
    // kaiming_normal_ with mode fan_out does not divide by the groups
    expect(deviation('b.weight') / Math.sqrt(2 / (9 * 64))).toBeCloseTo(1, 1);
    expect(deviation('c.weight') / 0.001).toBeCloseTo(1, 1);
  });

  it('draws from every distribution', () => {
    const kinds = {
      uniform: uniform(0.3),
      torch: torchUniform(25),
      xavier: xavierUniform(10, 14, 2),
      truncated: truncatedNormal(1, 0.5),
      wide: truncatedNormal(0.02),
    };
    const outputs = Object.fromEntries(
      Object.entries(kinds).map(([name, initialiser]) => [
        name,
        parameter({ name, shape: [5000], initialiser }),
      ]),
    );
    const drawn = initialise(defineNetwork({ inputs: [], outputs }), 3);
    const largest = (name: string): number => Math.max(...drawn[name]!.map(Math.abs));
    const spread = (name: string): number =>
      Math.sqrt(drawn[name]!.reduce((sum, value) => sum + value * value, 0) / 5000);
    for (const [name, limit] of [
      ['uniform', 0.3],
      ['torch', 0.2],
      ['xavier', 1],
    ] as const) {
      expect(largest(name)).toBeLessThanOrEqual(Math.fround(limit));
      expect(spread(name) / limit).toBeCloseTo(Math.sqrt(1 / 3), 1);
    }
    expect(largest('truncated')).toBeLessThanOrEqual(0.5);
    // Deviation of a standard normal between -0.5 and 0.5.
    expect(spread('truncated')).toBeCloseTo(0.2841, 2);
    expect(spread('wide')).toBeCloseTo(0.02, 3);
  });

  it('gives biases of their own', () => {
    const biased = conv2d(image, { name: 'd', channels: 64, biasInitialiser: torchUniform(16) });
    const own = initialise(defineNetwork({ inputs: [image], outputs: { biased } }), 1)['d.bias']!;
    expect(new Set(own).size).toBe(64);
    expect(Math.max(...own.map(Math.abs))).toBeLessThanOrEqual(0.25);
  });

  it('starts biases, scales and statistics at their constants', () => {
    expect(new Set(weights['a.bias'])).toEqual(new Set([0]));
    expect(new Set(weights['n.gamma'])).toEqual(new Set([1]));
    expect(new Set(weights['n.beta'])).toEqual(new Set([0]));
    expect(new Set(weights['n.mean'])).toEqual(new Set([0]));
    expect(new Set(weights['n.variance'])).toEqual(new Set([1]));
  });

  it('depends on seed and name only', () => {
    expect(initialise(prune(network, ['c']), 7)['c.weight']).toEqual(weights['c.weight']);
    const alone = linear(image, { name: 'a', channels: 4 });
    const other = initialise(defineNetwork({ inputs: [image], outputs: { alone } }), 7);
    const scale = 0.01 / Math.sqrt(2 / (9 * 64));
    expect(other['a.weight']![5]! / weights['a.weight']![5]!).toBeCloseTo(scale, 5);
    expect(initialise(network, 8)['a.weight']).not.toEqual(weights['a.weight']);
    expect(initialise(network, 7)).toEqual(weights);
  });
});
