import {
  complexity,
  defineNetwork,
  input,
  type Network,
  prune,
  type Value,
} from '@pose-distill/network';
import { describe, expect, it } from 'vitest';
import { hourglassTorchModules, type StackedHourglassOptions, stackedHourglass } from './index.js';

const imageOf = (height: number, width: number): Value =>
  input('image', { height, width, channels: 3 });

const network = (
  options: Omit<StackedHourglassOptions, 'name' | 'keypoints'> & { readonly keypoints?: number },
  image = imageOf(256, 256),
): Network => {
  const { outputs } = stackedHourglass(image, { name: 'net', keypoints: 16, ...options });
  return defineNetwork({ inputs: [image], outputs });
};

describe('stackedHourglass', () => {
  it.each([
    [{ stacks: 1 }, 3_586_960, '5.805'],
    [{ stacks: 2 }, 6_730_912, '8.989'],
    [{ stacks: 4 }, 13_018_816, '15.357'],
    [{ stacks: 8 }, 25_594_624, '28.094'],
    [{ stacks: 4, features: 128 }, 3_287_936, '3.907'],
  ])('%j has the size that is deployed', (options, parameters, billions) => {
    const { parameters: ours, total } = complexity(network(options));
    expect(ours).toBe(parameters);
    expect((total / 1e9).toFixed(3)).toBe(billions);
  });

  it('has the size of COCO at 256x192', () => {
    const { parameters, total } = complexity(
      network({ stacks: 4, keypoints: 17 }, imageOf(256, 192)),
    );
    expect(parameters).toBe(13_020_612);
    expect((total / 1e9).toFixed(3)).toBe('11.524');
  });

  // With the feature aggregation unit (5,461,360): 24,627,792, 43,491,504 and 30,915,696.
  it.each([
    [{ branches: [2, 2, 2] }, 19_166_432],
    [{ branches: [4, 4, 4] }, 38_030_144],
    [{ stacks: 2, branches: [2, 2, 2] }, 25_454_336],
  ])('%j has the size that is trained', (options, parameters) => {
    expect(complexity(network(options)).parameters).toBe(parameters);
  });

  it.each([
    [{ branches: [2, 2, 2] }, 'branch2.stack2', 2],
    [{ stacks: 2, branches: [2, 2, 2] }, 'branch3.stack2', 4],
    [{ branches: [2, 4, 8] }, 'branch2.stack4', 4],
    [{ branches: [2, 4, 8] }, 'branch3.stack8', 8],
  ])('%j pruned to %s is a plain hourglass', (options, output, stacks) => {
    const whole = network(options);
    const deployed = prune(whole, [output]);
    expect(complexity(deployed).parameters).toBe(complexity(network({ stacks })).parameters);
    expect(complexity(deployed).total).toBe(complexity(network({ stacks })).total);
    const names = new Set(whole.parameters.map(({ name }) => name));
    expect(deployed.parameters.every(({ name }) => names.has(name))).toBe(true);
  });

  it('names all heatmaps', () => {
    const { outputs, stacks, branches, stem, last } = stackedHourglass(imageOf(64, 128), {
      name: 'a.b',
      keypoints: 5,
      features: 16,
      stacks: 1,
      branches: [1, 2],
    });
    expect(Object.keys(outputs)).toEqual([
      'stack1',
      'branch1.stack1',
      'branch2.stack1',
      'branch2.stack2',
    ]);
    expect(Object.values(outputs)).toEqual([...stacks, ...branches.flat()]);
    for (const { shape } of Object.values(outputs)) expect(shape).toEqual([16, 32, 5]);
    expect(stem.shape).toEqual([16, 32, 16]);
    expect(last).toBe(outputs['branch2.stack2']);
  });

  it('starts as PyTorch does, biases too', () => {
    const { parameters } = network({ stacks: 1, features: 16 });
    const start = (name: string): unknown =>
      parameters.find((parameter) => parameter.name === name)!.initialiser;
    const limit = 1 / Math.sqrt(49 * 3);
    expect(start('net.stem.conv.weight')).toEqual({ type: 'uniform', limit });
    expect(start('net.stem.conv.bias')).toEqual({ type: 'uniform', limit });
    expect(start('net.stack1.hourglass.level1.inner.block1.conv2.weight')).toEqual({
      type: 'uniform',
      limit: 1 / Math.sqrt(9 * 8),
    });
  });

  it.each([
    [{ stacks: 2, blocks: 2 }, 'pytorch-pose', 'score_.0'],
    [{ stacks: 1, branches: [1, 2] }, 'okdhp', '_score_b_1_s_0'],
  ] as const)('%j names modules of %s once', (options, variant, link) => {
    const owners = network(options).nodes.filter(
      ({ parameters }) => Object.keys(parameters).length > 0,
    );
    const modules = owners.map(({ name }) => hourglassTorchModules('net', variant)(name));
    expect(new Set(modules).size).toBe(owners.length);
    expect(modules.filter((module) => module.startsWith('net.'))).toEqual([]);
    expect(modules).toContain(link);
  });

  it('refuses what it cannot be', () => {
    expect(() => network({ stacks: 1 }, imageOf(256, 200))).toThrowError(
      /multiples of 64.*\[256,200,3\].*another input size/,
    );
    expect(() => network({ stacks: 1, depth: 3 }, imageOf(32, 96))).not.toThrow();
    for (const options of [
      { stacks: 0 },
      { stacks: 1.5 },
      { stacks: -1, branches: [1, 1] },
      { branches: [2] },
      { branches: [2, 0] },
      { features: 30 },
      { features: 0 },
      { keypoints: 0 },
      { depth: 0 },
      { blocks: 0 },
    ])
      expect(() => network(options)).toThrowError(
        expect.objectContaining({ code: 'OUT_OF_RANGE' }),
      );
  });
});
