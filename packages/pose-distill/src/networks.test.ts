import { complexity } from '@pose-distill/network';
import { describe, expect, it } from 'vitest';
import { buildNetwork, networkEntry, networkNames } from './networks.js';

const build = (name: string, keypoints = 17): ReturnType<typeof buildNetwork> =>
  buildNetwork(name, { inputSize: networkEntry(name).inputSize, keypoints });

describe('networks by name', () => {
  it.each(networkNames())('%s is built, with the outputs it tells', (name) => {
    const { inputSize, outputs, source, multiple } = networkEntry(name);
    const network = build(name, 5);
    expect(Object.keys(network.outputs).sort()).toEqual(Object.keys(outputs).sort());
    expect(source).toMatch(/\d{4}/);
    const shapes = new Map(network.nodes.map((node) => [node.name, node.shape]));
    if (network.outputs.heatmaps)
      expect(shapes.get(network.outputs.heatmaps)).toEqual([
        inputSize.height / 4,
        inputSize.width / 4,
        5,
      ]);
    const smallest = { height: multiple.height, width: 2 * multiple.width };
    expect(buildNetwork(name, { inputSize: smallest, keypoints: 1 }).nodes.length).toBeGreaterThan(
      10,
    );
    const odd = { height: multiple.height + 1, width: multiple.width };
    expect(() => buildNetwork(name, { inputSize: odd, keypoints: 1 })).toThrow(/multiple/);
  });

  it('has each name once', () => {
    expect(new Set(networkNames()).size).toBe(networkNames().length);
  });

  it('has the parameters of the papers', () => {
    const parameters = (name: string): number => complexity(build(name)).parameters;
    expect(parameters('peleenet-duc')).toBe(2_802_013);
    expect(parameters('peleenet-deconv352x176x88')).toBe(2_097_248 + 5_206_713);
    expect(parameters('mobilenetv3large-first-duc')).toBe(3_940_875);
    expect(parameters('litehrnet-18')).toBe(1_130_769);
    expect(parameters('litehrnet-30')).toBe(1_763_717);
    expect(parameters('hourglass-2')).toBe(6_731_682);
    expect(parameters('distilpose-s')).toBe(5_364_101);
    expect(parameters('ladm')).toBe(4_307_813);
    expect(parameters('lspd')).toBe(675_153);
    expect(parameters('resnet50-deconv256')).toBe(33_999_697);
  });

  it('reads widths and channels', () => {
    expect(complexity(build('mobilenetv2x0.5s16-deconv64', 14)).parameters).toBe(267_246);
    expect(build('mobilenetv2x0.5s16-duc').outputs).toHaveProperty('heatmaps');
    expect(build('mobilenetv1x0.25-deconv32x24x16').outputs).toHaveProperty('heatmaps');
    expect(Object.keys(build('hourglass-3').outputs)).toEqual(['stack1', 'stack2', 'heatmaps']);
  });

  it('answers an unknown name with the nearest ones', () => {
    const nearest = (name: string): string => {
      try {
        networkEntry(name);
        return '';
      } catch (error) {
        return /nearest names are ([^,]+)/.exec((error as Error).message)![1]!;
      }
    };
    expect(nearest('peleent-duc')).toBe('peleenet-duc');
    expect(nearest('PeleeNet-DUC')).toBe('peleenet-duc');
    expect(nearest('hrnetw32')).toBe('hrnet-w32');
    expect(nearest('mobilenetv2-deconv')).toBe('mobilenetv2-deconv256');
    expect(nearest('')).not.toBe('');
    expect(nearest('peleenet')).toMatch(/^peleenet-/);
  });

  it('refuses what cannot be built before building it', () => {
    const inputSize = { height: 256, width: 192 };
    const wrong: readonly [string, number, RegExp][] = [
      ['peleenet-duc', 0, /at least one keypoint/],
      ['peleenet-duc', 1.5, /at least one keypoint/],
      ['peleenet-duc', Number.NaN, /at least one keypoint/],
      ['peleenet-deconv64x32', 17, /name 3 channel counts/],
      ['peleenet-deconv0', 17, /cannot be built/],
      ['mobilenetv2x0-duc', 17, /width must be positive/],
      ['shufflenetv2x3-duc', 17, /width must be one of/],
      ['hourglass-0', 17, /cannot be built/],
      ['hrnet-w0', 17, /cannot be built/],
    ];
    for (const [name, keypoints, message] of wrong)
      expect(() => buildNetwork(name, { inputSize, keypoints }), name).toThrowError(
        expect.objectContaining({ code: 'BAD_OPTION', message: expect.stringMatching(message) }),
      );
    for (const size of [0, -32, 33, 31.5, Number.NaN])
      expect(() =>
        buildNetwork('peleenet-duc', { inputSize: { height: size, width: 192 }, keypoints: 1 }),
      ).toThrow(/multiples of 32.*Choose for example \d+x192/);
  });
});
