import {
  complexity,
  defineNetwork,
  input,
  type Network,
  prune,
  type Value,
} from '@pose-distill/network';
import { describe, expect, it } from 'vitest';
import { integralHead, type LiteHrNetOptions, liteHrNet, liteHrNetTorchModules } from './index.js';

const imageOf = (height: number, width: number): Value =>
  input('image', { height, width, channels: 3 });

const student = (
  options: Omit<LiteHrNetOptions, 'name'>,
  keypoints: number,
  size: readonly [number, number],
): Network => {
  const image = imageOf(...size);
  const features = liteHrNet(image, { name: 'encoder', ...options });
  const logits = integralHead(features.at(4), { name: 'head', keypoints });
  return defineNetwork({ inputs: [image], outputs: { logits } });
};

describe('liteHrNet', () => {
  // The last number is published (Yu et al., CVPR 2021, and the released tables): convolutions with bias, 2 per batch-norm
  // element, 1 per ReLU and sigmoid, in units of 2 ** 20.
  it.each([
    [18, 17, [256, 192], 1_130_769, 198_626_688, 205.2],
    [30, 17, [256, 192], 1_763_717, 309_451_488, 319.2],
    [18, 16, [256, 256], 1_130_728, 264_636_544, 273.4],
    [30, 16, [256, 256], 1_763_676, 412_379_744, 425.3],
  ] as const)('depth %i, %i keypoints, %j has the size of the tables', (depth, keypoints, size, parameters, macs, published) => {
    const network = student({ depth }, keypoints, size);
    expect(complexity(network)).toMatchObject({ parameters, total: macs });
    const { layers } = complexity(network, 'mmcv');
    const elements = layers.reduce((sum, { op, name, shape, count }) => {
      if (op === 'globalAveragePool') return sum;
      const isSigmoid = name.endsWith('/sigmoid');
      return sum + (isSigmoid ? shape.reduce((product, n) => product * n, 1) : count);
    }, 0);
    expect(Math.abs(elements / 2 ** 20 / published - 1)).toBeLessThan(3e-4);
    const once = student({ depth, fusion: 'once' }, keypoints, size);
    expect(complexity(once)).toMatchObject({ parameters, total: macs });
  });

  it('gives a map per stride', () => {
    const shapes = (options: object): unknown[] => {
      const features = liteHrNet(imageOf(64, 96), { name: 'e', modules: [1, 1, 1], ...options });
      expect(features.last).toBe(features.at(4));
      return features.strides.map((stride) => [stride, features.at(stride).shape]);
    };
    expect(shapes({})).toEqual([
      [4, [16, 24, 40]],
      [8, [8, 12, 40]],
      [16, [4, 6, 80]],
      [32, [2, 3, 160]],
    ]);
    expect(shapes({ head: false })).toEqual([
      [4, [16, 24, 40]],
      [8, [8, 12, 80]],
      [16, [4, 6, 160]],
      [32, [2, 3, 320]],
    ]);
    expect(shapes({ modules: [1], widths: [8, 16] })).toEqual([
      [4, [16, 24, 8]],
      [8, [8, 12, 8]],
    ]);
  });

  it('names PyTorch modules once for all parts', () => {
    const image = imageOf(64, 64);
    const features = liteHrNet(image, { name: 'net.encoder' });
    const plain = liteHrNet(image, { name: 'net.encoder', head: false });
    const network = defineNetwork({
      inputs: [image],
      outputs: { map: features.at(4), ...{ coarse: plain.at(32) } },
    });
    const owners = network.nodes.filter(({ parameters }) => Object.keys(parameters).length > 0);
    const modules = owners.map(({ name }) => liteHrNetTorchModules('net.encoder')(name));
    expect(new Set(modules).size).toBe(owners.length);
    expect(modules.filter((module) => module.startsWith('net.'))).toEqual([]);
    for (const module of [
      'stem.branch1.1.bn',
      'transition0.0.2',
      'transition0.1.0.3',
      'transition2.3.0.0',
      'stage1.3.layers.1.cross_resolution_weighting.conv2.bn',
      'stage2.1.layers.0.spatial_weighting.3.conv1.conv',
      'stage2.0.fuse_layers.3.0.2.3',
      'stage2.0.fuse_layers.0.3.0',
      'head_layer.projects.0.depthwise_conv.conv',
      'head_layer.projects.3.pointwise_conv.bn',
    ])
      expect(modules).toContain(module);
    const names = new Set(network.parameters.map(({ name }) => name));
    expect(prune(network, ['map']).parameters.every(({ name }) => names.has(name))).toBe(true);
  });

  it('refuses what it cannot be', () => {
    const image = imageOf(64, 64);
    const build =
      (options: object, x = image) =>
      () =>
        liteHrNet(x, { name: 'e', ...options });
    expect(build({}, imageOf(256, 200))).toThrowError(
      /liteHrNet 'e'.*multiples of 32.*\[256,200,3\].*another input size/,
    );
    for (const options of [
      { depth: 19 },
      { modules: [] },
      { modules: [1, 1] },
      { modules: [1, 0, 1] },
      { widths: [40, 80] },
      { widths: [40, 80, 160, 321] },
      { stem: 31 },
    ])
      expect(build(options)).toThrowError(expect.objectContaining({ code: 'OUT_OF_RANGE' }));
  });
});
