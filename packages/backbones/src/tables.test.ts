import {
  type Complexity,
  type Counter,
  complexity,
  defineNetwork,
  input,
  type Network,
} from '@pose-distill/network';
import { describe, expect, it } from 'vitest';
import {
  benchmarkDense,
  benchmarkMobile,
  deconvolutionHead,
  heatmapHead,
  mobileNetV2,
} from './index.js';

const count = (network: Network, counter: Counter = 'macs'): Complexity =>
  complexity(network, counter);

describe('benchmark networks', () => {
  it('have the parameters and operations that measurements name', () => {
    expect(count(benchmarkMobile()).parameters).toBe(204_361);
    expect(count(benchmarkDense()).parameters).toBe(373_489);
    const million = (network: Network): string => ((2 * count(network).total) / 1e6).toFixed(1);
    expect(million(benchmarkMobile())).toBe('89.7');
    expect(million(benchmarkDense())).toBe('170.6');
    const large = { height: 256, width: 192 };
    expect(million(benchmarkMobile(large))).toBe('358.8');
    expect(million(benchmarkDense(large))).toBe('682.2');
  });

  it('give heatmaps at a quarter of the size', () => {
    for (const network of [benchmarkMobile(), benchmarkDense({ height: 64, width: 32 })]) {
      const { height, width } = network.nodes[0]!.attributes as { height: number; width: number };
      expect(network.nodes.at(-1)!.shape).toEqual([height / 4, width / 4, 17]);
    }
  });
});

describe('deconvolution heads behind 704 channels (Park et al., 2021, tables)', () => {
  const head = (channels: readonly number[]): Network => {
    const features = input('features', { height: 8, width: 6, channels: 704 });
    const larger = deconvolutionHead(features, { name: 'decoder', channels });
    const heatmaps = heatmapHead(larger, { name: 'head', keypoints: 17 });
    return defineNetwork({ inputs: [features], outputs: { heatmaps } });
  };
  // Parameters; operations (G) of the convolutions alone; operations (G) as the paper prints them.
  it.each([
    [[512, 512, 512], 14_167_569, '34.480', '34.49'],
    [[256, 256, 256], 4_986_641, '9.187', '9.19'],
    [[128, 128, 128], 1_969_041, '2.580', '2.58'],
    [[64, 64, 64], 853_457, '0.787', '0.79'],
    [[352, 176, 88], 5_206_713, '4.577', '4.58'],
  ])('%j', (channels, parameters, convolutions, printed) => {
    const { parameters: ours, total, layers } = count(head(channels), 'park');
    expect(ours).toBe(parameters);
    expect((total / 1e9).toFixed(2)).toBe(printed);
    const convolved = layers
      .filter(({ op }) => op === 'conv2d' || op === 'convTranspose2d')
      .reduce((sum, layer) => sum + layer.count, 0);
    expect((convolved / 1e9).toFixed(3)).toBe(convolutions);
  });
});

describe('MobileNetV2', () => {
  const image = input('image', { height: 224, width: 224, channels: 3 });
  const encoder = (width: number): Network =>
    defineNetwork({
      inputs: [image],
      outputs: { map: mobileNetV2(image, { name: 'encoder', width }).last },
    });

  it('has the parameters and operations of the paper, less the classifier', () => {
    // 3,504,872 with 1000 classes (1,281,000), torchvision; 300.8 million with the classifier's 1.28.
    expect(count(encoder(1)).parameters).toBe(3_504_872 - 1_281_000);
    expect(count(encoder(1)).total + 1_280_000).toBe(300_774_272);
    expect(count(encoder(1.4)).parameters).toBe(6_108_776 - 1_793_000);
  });

  it('stops at a group', () => {
    const small = input('image', { height: 128, width: 128, channels: 3 });
    const features = mobileNetV2(small, { name: 'encoder', width: 0.5, groups: 5 });
    expect(features.strides).toEqual([2, 4, 8, 16]);
    expect([2, 4, 8, 16].map((stride) => features.at(stride).shape)).toEqual([
      [64, 64, 8],
      [32, 32, 16],
      [16, 16, 16],
      [8, 8, 48],
    ]);
    expect(() => features.at(32)).toThrowError(/stride 32.*2, 4, 8, 16/);
    const larger = deconvolutionHead(features.last, { name: 'decoder', channels: [64, 64] });
    const heatmaps = heatmapHead(larger, { name: 'head', keypoints: 14 });
    expect(heatmaps.shape).toEqual([32, 32, 14]);
    const student = defineNetwork({ inputs: [small], outputs: { heatmaps } });
    expect(count(student).parameters).toBe(267_246);
  });

  it('gives the last convolution only behind all groups, unless asked', () => {
    const last = (options: object): readonly number[] =>
      mobileNetV2(image, { name: 'encoder', ...options }).at(32).shape;
    expect(last({})).toEqual([7, 7, 1280]);
    expect(last({ lastConvolution: false })).toEqual([7, 7, 320]);
    expect(last({ groups: 6 })).toEqual([7, 7, 160]);
    expect(last({ groups: 6, lastConvolution: true })).toEqual([7, 7, 1280]);
    expect(last({ width: 1.4 })).toEqual([7, 7, 1792]);
    expect(last({ width: 0.5 })).toEqual([7, 7, 1280]);
    for (const groups of [0, 8, 1.5])
      expect(() => mobileNetV2(image, { name: 'encoder', groups })).toThrowError(RangeError);
    expect(() => mobileNetV2(image, { name: 'encoder', width: 0 })).toThrowError(RangeError);
  });

  it('rounds channels of the two variants alike but at width 0.1', () => {
    const stem = (width: number, variant: 'torchvision' | 'd-li14'): number =>
      mobileNetV2(image, { name: 'encoder', width, variant }).blocks[0]!.shape[2]!;
    expect([stem(0.1, 'torchvision'), stem(0.1, 'd-li14')]).toEqual([8, 4]);
    expect([stem(0.35, 'torchvision'), stem(0.35, 'd-li14')]).toEqual([16, 16]);
    expect([stem(0.75, 'torchvision'), stem(0.75, 'd-li14')]).toEqual([24, 24]);
  });
});

describe('deconvolutionHead', () => {
  it('doubles the size with every kernel', () => {
    const x = input('x', { height: 5, width: 3, channels: 2 });
    for (const kernel of [2, 3, 4] as const)
      expect(deconvolutionHead(x, { name: 'd', channels: [4, 6], kernel }).shape).toEqual([
        20, 12, 6,
      ]);
    expect(deconvolutionHead(x, { name: 'd' }).shape).toEqual([40, 24, 256]);
  });
});
