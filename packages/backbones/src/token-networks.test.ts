import {
  complexity,
  defineNetwork,
  initialise,
  input,
  type Network,
  prune,
  type Value,
} from '@pose-distill/network';
import { describe, expect, it } from 'vitest';
import {
  BackboneError,
  channelAttention,
  channelAttentionUnit,
  distilPose,
  distilPoseTorchModules,
  ladm,
  simccHead,
  stemNet,
  tokenEncoder,
  tokenHeatmapHead,
  tokenPose,
  transformerLayer,
} from './index.js';

const imageOf = (height: number, width: number): Value =>
  input('image', { height, width, channels: 3 });

type Outputs = Readonly<Record<string, Value>>;

function networkOf(build: (image: Value) => Outputs, height = 256, width = 192): Network {
  const image = imageOf(height, width);
  return defineNetwork({ inputs: [image], outputs: build(image) });
}

const parametersOf = (network: Network): number => complexity(network).parameters;
const giga = (network: Network, counter: 'macs' | 'mmcv' | 'true'): string =>
  (complexity(network, counter).total / 1e9).toFixed(3);

describe('parameters and operations', () => {
  it.each([
    [17, 5_364_101, 2_380_054_464],
    [14, 5_363_525, 2_366_780_544],
  ])('DistilPose-S, %i keypoints', (keypoints, parameters, operations) => {
    // As printed: 5.36 M, 2.38 G.
    const network = networkOf((image) => distilPose(image, { keypoints }));
    expect(parametersOf(network)).toBe(parameters);
    expect(complexity(network, 'mmcv').total).toBe(operations);
    const tokens = keypoints + 256;
    const attention = 12 * 2 * tokens * tokens * 192;
    expect(complexity(network, 'true').total).toBe(operations + attention);
  });

  it('DistilPose-L', () => {
    // Printed: 21.3 M and 10.33 G; the latter is reached when layer norms and enlargements are counted as well.
    const network = networkOf((image) => distilPose(image, { keypoints: 17, body: 'hrnet-w48' }));
    expect(parametersOf(network)).toBe(21_265_637);
    expect(complexity(network, 'mmcv').total).toBe(10_321_149_888);
    const elements = (op: string): number =>
      network.nodes
        .filter((node) => node.op === op)
        .reduce((sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1), 0);
    const counted = 10_321_149_888 + 2 * elements('layerNorm') + elements('resizeNearest');
    expect((counted / 1e9).toFixed(2)).toBe('10.33');
  });

  it.each([
    [14, 4_307_237, '2.188', '2.211'],
    [17, 4_307_813, '2.198', '2.221'],
  ])('LADM, %i keypoints', (keypoints, parameters, macs, mmcv) => {
    // Printed for 14: 4.3 M, 2.2 G.
    const network = networkOf((image) => ladm(image, { keypoints }));
    expect(parametersOf(network)).toBe(parameters);
    expect([giga(network, 'macs'), giga(network, 'mmcv')]).toEqual([macs, mmcv]);
  });

  it('the bodies, and one layer', () => {
    const body = (block: typeof channelAttentionUnit | undefined): Network =>
      networkOf((image) => ({ map: stemNet(image, { name: 's', ...(block && { block }) }).last }));
    expect(parametersOf(body(undefined))).toBe(325_056);
    expect(parametersOf(body(channelAttentionUnit))).toBe(379_872);
    expect(body(undefined).nodes.at(-1)!.shape).toEqual([64, 48, 256]);
    const depths = [1, 2].map((depth) =>
      networkOf((image) => distilPose(image, { keypoints: 14, depth })),
    );
    const step = (count: (network: Network) => number): number =>
      count(depths[1]!) - count(depths[0]!);
    expect(step(parametersOf)).toBe(370_368);
    expect(step((network) => complexity(network).total)).toBe(270 * 368_640);
  });

  it('the teachers', () => {
    const large = networkOf((image) => tokenPose(image, { keypoints: 17 }));
    const small = networkOf((image) => tokenPose(image, { keypoints: 17, body: 'stem-net' }));
    // The student's, with a head of 192 -> 384 -> 3072 instead of 192 -> 5.
    const head = 2 * 192 + 193 * 384 + 2 * 384 + 385 * 3072 - (2 * 192 + 193 * 5);
    expect(parametersOf(small)).toBe(5_364_101 + head);
    expect(parametersOf(large)).toBe(21_265_637 + head);
    const shape = (name: string): readonly number[] =>
      large.nodes.find((node) => node.name === large.outputs[name])!.shape;
    expect(shape('heatmaps')).toEqual([64, 48, 17]);
  });
});

describe('outputs', () => {
  const network = networkOf((image) => distilPose(image, { keypoints: 5, depth: 2 }), 64, 48);
  const shapes = Object.fromEntries(
    Object.entries(network.outputs).map(([name, node]) => [
      name,
      network.nodes.find((other) => other.name === node)!.shape,
    ]),
  );

  it('are the pose and the taps', () => {
    expect(shapes).toEqual({
      coordinates: [5, 2],
      score: [5, 1],
      sigma: [5, 2],
      'tokens.visual': [16, 192],
      'tokens.keypoints': [5, 192],
      'attention.layer1': [8, 21, 21],
      'attention.layer2': [8, 21, 21],
    });
  });

  it('leave no trace of the taps in what is shipped', () => {
    const shipped = prune(network, ['coordinates', 'score']);
    expect(shipped.parameters).toEqual(network.parameters);
    expect(Object.keys(shipped.outputs)).toEqual(['coordinates', 'score']);
  });

  it('may stand beside another network under a name', () => {
    const image = imageOf(64, 48);
    const both = defineNetwork({
      inputs: [image],
      outputs: {
        student: ladm(image, { name: 'student', keypoints: 3, depth: 1 }).coordinates!,
        teacher: tokenPose(image, { name: 'teacher', keypoints: 3, depth: 1, body: 'stem-net' })
          .heatmaps!,
      },
    });
    expect(new Set(both.parameters.map(({ name }) => name.split('.')[0]))).toEqual(
      new Set(['student', 'teacher']),
    );
    expect(both.nodes.at(-1)!.shape).toEqual([16, 12, 3]);
  });

  it('name PyTorch modules once for all parts', () => {
    for (const [name, body] of [
      [undefined, 'stem-net'],
      ['student', 'hrnet-w48'],
    ] as const) {
      const own = name === undefined ? {} : { name };
      const { nodes } = networkOf((image) => distilPose(image, { keypoints: 3, body, ...own }));
      const owners = nodes.filter(({ parameters }) => Object.keys(parameters).length > 0);
      const modules = owners.map((node) => distilPoseTorchModules(own)(node.name));
      expect(new Set(modules).size).toBe(modules.length);
      expect(modules.filter((module) => !/^(backbone|keypoint_head)\./.test(module))).toEqual([]);
      expect(modules).toContain('keypoint_head.tokenhead.transformer.layers.11.1.fn.fn.net.3');
      expect(modules).toContain('backbone.layer1.0.downsample.1');
    }
  });
});

describe('starts', () => {
  it('as released', () => {
    const network = networkOf((image) => distilPose(image, { keypoints: 17, depth: 1 }));
    const weights = initialise(network, 3);
    const deviation = (name: string): number =>
      Math.sqrt(weights[name]!.reduce((sum, x) => sum + x * x, 0) / weights[name]!.length);
    expect(deviation('body.stem2.conv.weight')).toBeCloseTo(0.001, 4);
    for (const name of [
      'encoder.tokens',
      'encoder.embed.weight',
      'encoder.layer1.mlp.expand.weight',
    ])
      expect(deviation(name)).toBeCloseTo(0.02, 3);
    expect(new Set(weights['encoder.layer1.attention.out.bias'])).toEqual(new Set([0]));
  });
});

describe('heads', () => {
  it('one linear layer where the heatmap is small', () => {
    const tokens = (channels: number): Value =>
      tokenEncoder(input('map', { height: 8, width: 6, channels: 2 }), {
        name: 'encoder',
        keypoints: 3,
        channels,
        depth: 1,
        heads: 1,
      }).keypoints;
    const layers = (channels: number): number => {
      const heatmapSize = { width: 16, height: 16 };
      const head = tokenHeatmapHead(tokens(channels), { name: 'head', heatmapSize });
      expect(head.shape).toEqual([16, 16, 3]);
      const map = input('map', { height: 8, width: 6, channels: 2 });
      const { nodes } = defineNetwork({ inputs: [map], outputs: { head } });
      return nodes.filter(({ name, op }) => op === 'linear' && name.startsWith('head')).length;
    };
    // An eighth of the 256 pixels is 32: twice 16, but not twice 20.
    expect([layers(16), layers(20)]).toEqual([2, 1]);
  });

  it('SimCC gives a vector per axis', () => {
    const features = input('map', { height: 16, width: 12, channels: 8 });
    const inputSize = { width: 48, height: 64 };
    const { x, y } = simccHead(features, { name: 'head', keypoints: 17, inputSize });
    expect([x.shape, y.shape]).toEqual([
      [17, 96],
      [17, 128],
    ]);
    const network = defineNetwork({ inputs: [features], outputs: { x, y } });
    expect(parametersOf(network)).toBe(9 * 17 + 193 * (96 + 128));
    const { 'head.x.bias': bias } = initialise(network, 1);
    expect(Math.max(...bias!.map(Math.abs))).toBeLessThanOrEqual(192 ** -0.5);
  });
});

describe('refuses', () => {
  const map = input('map', { height: 8, width: 7, channels: 8 });
  const even = input('map', { height: 8, width: 6, channels: 8 });
  const patched = { name: 'e', keypoints: 3 };
  it.each<[string, () => unknown, string]>([
    ['no keypoints', () => tokenEncoder(even, { ...patched, keypoints: 0 }), 'OUT_OF_RANGE'],
    ['no layers', () => tokenEncoder(even, { ...patched, depth: 0 }), 'OUT_OF_RANGE'],
    ['half a patch', () => tokenEncoder(map, patched), 'SHAPE_MISMATCH'],
    [
      'a size between patches',
      () => distilPose(imageOf(256, 200), { keypoints: 17 }),
      'SHAPE_MISMATCH',
    ],
    [
      'a size that 4 does not divide',
      () => stemNet(imageOf(30, 24), { name: 's' }),
      'SHAPE_MISMATCH',
    ],
    [
      'heads that do not divide',
      () => tokenEncoder(even, { ...patched, heads: 7 }),
      'SHAPE_MISMATCH',
    ],
    ['a map for tokens', () => transformerLayer(even, { name: 't' }), 'SHAPE_MISMATCH'],
    [
      'an even kernel along channels',
      () => channelAttention(even, { name: 'a', kind: 'eca', kernel: 4 }),
      'OUT_OF_RANGE',
    ],
  ])('%s', (_, act, code) => {
    try {
      act();
    } catch (error) {
      expect(error).toBeInstanceOf(BackboneError);
      expect((error as BackboneError).code).toBe(code);
      return;
    }
    throw new Error('nothing was refused');
  });
});
