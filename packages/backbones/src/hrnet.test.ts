import {
  complexity,
  defineNetwork,
  initialise,
  input,
  type Network,
  type Value,
} from '@pose-distill/network';
import { describe, expect, it } from 'vitest';
import { heatmapHead, hrNet, hrNetTorchModules } from './index.js';

const imageOf = (height: number, width: number): Value =>
  input('image', { height, width, channels: 3 });

const poseHrNet = (width: number, keypoints: number, size: readonly [number, number]): Network => {
  const image = imageOf(...size);
  const features = hrNet(image, { name: 'encoder', width });
  const heatmaps = heatmapHead(features.at(4), { name: 'head', keypoints });
  return defineNetwork({ inputs: [image], outputs: { heatmaps } });
};

describe('hrNet', () => {
  // Published (Sun et al., CVPR 2019, table 1): 28.5 M, 7.1 G and 63.6 M, 14.6 G, where G is 2 ** 30.
  it.each([
    [32, 17, [256, 192], 28_536_113, 7_645_003_776, '28.5', '7.12'],
    [48, 17, [256, 192], 63_595_745, 15_691_825_152, '63.6', '14.61'],
    [32, 16, [256, 256], 28_536_080, 10_193_207_296, '28.5', '9.49'],
    [48, 16, [256, 256], 63_595_696, 20_922_236_928, '63.6', '19.49'],
  ] as const)('width %i, %i keypoints, %j', (width, keypoints, size, parameters, macs, m, g) => {
    const { parameters: ours, total } = complexity(poseHrNet(width, keypoints, size));
    expect([ours, total]).toEqual([parameters, macs]);
    expect([(ours / 1e6).toFixed(1), (total / 2 ** 30).toFixed(2)]).toEqual([m, g]);
  });

  it('gives a map per branch, and those of stage 3 where it stops', () => {
    const shapes = (options: object): unknown[] => {
      const features = hrNet(imageOf(64, 96), { name: 'e', width: 8, ...options });
      expect(features.last).toBe(features.at(4));
      return features.strides.map((stride) => [stride, features.at(stride).shape]);
    };
    expect(shapes({})).toEqual([
      [4, [16, 24, 8]],
      [8, [8, 12, 16]],
      [16, [4, 6, 32]],
      [32, [2, 3, 64]],
    ]);
    expect(shapes({ stages: 3 })).toEqual([
      [4, [16, 24, 8]],
      [8, [8, 12, 16]],
      [16, [4, 6, 32]],
    ]);
  });

  it('names PyTorch modules once for all parts', () => {
    const image = imageOf(64, 64);
    const features = hrNet(image, { name: 'net.encoder' });
    const outputs = Object.fromEntries(features.strides.map((s) => [`at${s}`, features.at(s)]));
    const { nodes } = defineNetwork({ inputs: [image], outputs });
    const owners = nodes.filter(({ parameters }) => Object.keys(parameters).length > 0);
    const modules = owners.map(({ name }) => hrNetTorchModules('net.encoder')(name));
    expect(new Set(modules).size).toBe(owners.length);
    expect(modules.filter((module) => module.startsWith('net.'))).toEqual([]);
    expect(modules).toContain('stage4.2.fuse_layers.3.0.2.1');
    expect(hrNetTorchModules('net.encoder')('final_layer')).toBe('final_layer');
  });

  it('starts as the released code', () => {
    const image = imageOf(32, 32);
    const features = hrNet(image, { name: 'e', width: 8, modules: [1, 1, 1], blocks: 1 });
    const network = defineNetwork({ inputs: [image], outputs: { map: features.last } });
    const kinds = new Set(
      network.parameters
        .filter(({ name }) => name.endsWith('.conv.weight'))
        .map(({ initialiser }) => JSON.stringify(initialiser)),
    );
    expect([...kinds]).toEqual(['{"type":"normal","std":0.001}']);
    expect(Object.keys(initialise(network, 1))).toHaveLength(network.parameters.length);
  });

  it('refuses what it cannot be', () => {
    const image = imageOf(64, 64);
    const build =
      (options: object, x = image) =>
      () =>
        hrNet(x, { name: 'e', ...options });
    expect(build({}, imageOf(256, 200))).toThrowError(
      /hrNet 'e'.*multiples of 32.*\[256,200,3\].*another input size/,
    );
    expect(build({ stages: 3 }, imageOf(48, 48))).not.toThrow();
    for (const options of [
      { stages: 1 },
      { stages: 5 },
      { width: 0 },
      { width: 2.5 },
      { blocks: 0 },
      { modules: [1, 4] },
      { modules: [1, 0, 3] },
    ])
      expect(build(options)).toThrowError(expect.objectContaining({ code: 'OUT_OF_RANGE' }));
    const features = build({ stages: 3 })();
    expect(() => features.at(32)).toThrowError(/stride 32.*4, 8, 16/);
  });
});
