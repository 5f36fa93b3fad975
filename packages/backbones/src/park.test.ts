import {
  type Complexity,
  complexity,
  defineNetwork,
  globalAveragePool,
  hardSwish,
  input,
  linear,
  type Network,
  type Value,
} from '@pose-distill/network';
import { describe, expect, it } from 'vitest';
import {
  classifier,
  deconvolutionHead,
  ducDecoder,
  type Features,
  heatmapHead,
  mnasNet,
  mobileNetV1,
  mobileNetV2,
  mobileNetV3Large,
  peleeNet,
  resNet,
  shuffleNetV2,
} from './index.js';

const name = 'encoder';

function network(size: readonly [number, number], build: (image: Value) => Value): Network {
  const image = input('image', { height: size[0], width: size[1], channels: 3 });
  return defineNetwork({ inputs: [image], outputs: { y: build(image) } });
}

const park = (build: (image: Value) => Value): Complexity =>
  complexity(network([256, 192], build), 'park');

const giga = (count: number): number => count / 1e9;
const mega = (count: number): number => count / 1e6;

/** What is printed has two digits. */
const PRINTED = 0.01;

describe('Park et al. (2021): encoders with DUC at 256x192', () => {
  const cases: readonly [
    encoder: string,
    build: (image: Value) => Features,
    parameters: number,
    printed: readonly [parameters: number, operations: number],
  ][] = [
    ['PeleeNet', (image) => peleeNet(image, { name }), 2_802_013, [2.8, 1.49]],
    ['ShuffleNetV2 1.0', (image) => shuffleNetV2(image, { name }), 2_739_509, [2.73, 1.26]],
    ['MobileNetV1 1.0', (image) => mobileNetV1(image, { name }), 4_692_881, [4.69, 2.11]],
    ['MobileNetV2 1.0', (image) => mobileNetV2(image, { name }), 4_542_049, [4.54, 2.12]],
    ['MnasNet 1.0', (image) => mnasNet(image, { name }), 5_420_489, [5.42, 2.14]],
    [
      'MobileNetV3-Large, first version',
      (image) => mobileNetV3Large(image, { name, variant: 'first' }),
      3_940_875,
      [3.94, 1.36],
    ],
  ];
  it.each(cases)('%s', (_, build, parameters, [printedParameters, printedOperations]) => {
    const ours = park((image) =>
      ducDecoder(build(image).at(32), { name: 'decoder', keypoints: 17 }),
    );
    expect(ours.parameters).toBe(parameters);
    expect(Math.abs(mega(ours.parameters) - printedParameters)).toBeLessThan(PRINTED);
    expect(Math.abs(giga(ours.total) - printedOperations)).toBeLessThan(PRINTED);
  });
});

describe('Park et al. (2021): decoders behind PeleeNet at 256x192', () => {
  const encoder = complexity(
    network([256, 192], (image) => peleeNet(image, { name }).at(32)),
    'park',
  );
  const deconvolution =
    (channels: readonly number[]) =>
    (x: Value): Value =>
      heatmapHead(deconvolutionHead(x, { name: 'decoder', channels }), {
        name: 'head',
        keypoints: 17,
      });
  /** Of most rows the decoder is the printed total less 2.09 M for the encoder, of 256 the decoder's own count. */
  const cases: readonly [
    decoder: string,
    build: (x: Value) => Value,
    parameters: number,
    printed: readonly [parameters: number, operations: number],
  ][] = [
    ['deconvolution 512', deconvolution([512, 512, 512]), 14_167_569, [14.11, 34.49]],
    ['deconvolution 256', deconvolution([256, 256, 256]), 4_986_641, [4.98, 9.19]],
    ['deconvolution 128', deconvolution([128, 128, 128]), 1_969_041, [1.98, 2.58]],
    ['deconvolution 64', deconvolution([64, 64, 64]), 853_457, [0.86, 0.79]],
    ['half-step deconvolution', deconvolution([352, 176, 88]), 5_206_713, [5.21, 4.58]],
    ['DUC', (x) => ducDecoder(x, { name: 'decoder', keypoints: 17 }), 704_765, [0.71, 0.47]],
  ];
  it.each(cases)('%s', (decoder, build, parameters, [printedParameters, printedOperations]) => {
    const whole = park((image) => build(peleeNet(image, { name }).at(32)));
    expect(whole.parameters - encoder.parameters).toBe(parameters);
    const readings = [mega(parameters), mega(whole.parameters) - 2.09];
    const apart = Math.min(...readings.map((reading) => Math.abs(reading - printedParameters)));
    // 512: 14.17 M by the layers, 14.11 M in print; its operations agree.
    expect(apart).toBeLessThan(decoder === 'deconvolution 512' ? 0.06 : PRINTED);
    expect(Math.abs(giga(whole.total - encoder.total) - printedOperations)).toBeLessThan(PRINTED);
  });
});

describe('parameters with a classifier of 1000 classes', () => {
  const classify = (features: Features): Value =>
    classifier(features.last, { name: 'classifier', classes: 1000 });
  const cases: readonly [string, (image: Value) => Value, number][] = [
    ['ResNet-18', (image) => classify(resNet(image, { name, depth: 18 })), 11_689_512],
    ['ResNet-34', (image) => classify(resNet(image, { name, depth: 34 })), 21_797_672],
    ['ResNet-50', (image) => classify(resNet(image, { name, depth: 50 })), 25_557_032],
    ['ResNet-101', (image) => classify(resNet(image, { name, depth: 101 })), 44_549_160],
    ['ResNet-152', (image) => classify(resNet(image, { name, depth: 152 })), 60_192_808],
    ['MnasNet 1.0', (image) => classify(mnasNet(image, { name })), 4_383_312],
    ['MnasNet 0.5', (image) => classify(mnasNet(image, { name, width: 0.5 })), 2_218_512],
    ['MnasNet 0.75', (image) => classify(mnasNet(image, { name, width: 0.75 })), 3_170_208],
    ['MnasNet 1.3', (image) => classify(mnasNet(image, { name, width: 1.3 })), 6_282_256],
    ['MobileNetV1 1.0', (image) => classify(mobileNetV1(image, { name })), 4_231_976],
    ['MobileNetV2 1.0', (image) => classify(mobileNetV2(image, { name })), 3_504_872],
    ['ShuffleNetV2 0.5', (image) => classify(shuffleNetV2(image, { name, width: 0.5 })), 1_366_792],
    ['ShuffleNetV2 1.0', (image) => classify(shuffleNetV2(image, { name })), 2_278_604],
    ['ShuffleNetV2 1.5', (image) => classify(shuffleNetV2(image, { name, width: 1.5 })), 3_503_624],
    ['ShuffleNetV2 2.0', (image) => classify(shuffleNetV2(image, { name, width: 2 })), 7_393_996],
    [
      'MobileNetV3-Large',
      (image) => {
        const means = globalAveragePool(mobileNetV3Large(image, { name }).last);
        const hidden = hardSwish(linear(means, { name: 'hidden', channels: 1280 }));
        return linear(hidden, { name: 'classifier', channels: 1000 });
      },
      5_483_032,
    ],
  ];
  it.each(cases)('%s has those of PyTorch', (_, build, parameters) => {
    expect(complexity(network([224, 224], build)).parameters).toBe(parameters);
  });

  it('PeleeNet has 2,097,248 without, and 496.7 M multiply-accumulates at 256x192', () => {
    const { parameters, total } = complexity(
      network([256, 192], (image) => peleeNet(image, { name }).last),
    );
    expect(parameters).toBe(2_097_248);
    expect((total / 1e6).toFixed(1)).toBe('496.7');
  });
});

describe('encoders', () => {
  const image = input('image', { height: 96, width: 64, channels: 3 });
  it.each([
    ['peleeNet', peleeNet, 704],
    ['mobileNetV1', mobileNetV1, 1024],
    ['mobileNetV2', mobileNetV2, 1280],
    ['mobileNetV3Large', mobileNetV3Large, 960],
    ['mnasNet', mnasNet, 1280],
    ['shuffleNetV2', shuffleNetV2, 1024],
    ['resNet', (x: Value, { name }: { name: string }) => resNet(x, { name, depth: 50 }), 2048],
  ] as const)('%s has a map at every stride', (_, encoder, channels) => {
    const features = encoder(image, { name });
    expect(features.strides).toEqual([2, 4, 8, 16, 32]);
    for (const stride of features.strides)
      expect(features.at(stride).shape.slice(0, 2)).toEqual([96 / stride, 64 / stride]);
    expect(features.at(32)).toBe(features.last);
    expect(features.last.shape[2]).toBe(channels);
  });

  it('refuse what they cannot build', () => {
    const wrong: (() => unknown)[] = [
      () => peleeNet(image, { name, growth: 7 }),
      () => peleeNet(image, { name, layers: [1, 1, 1, 1, 1] }),
      () => peleeNet(image, { name, layers: [] }),
      () => mobileNetV1(image, { name, width: 0 }),
      () => mnasNet(image, { name, width: Number.NaN }),
      () => shuffleNetV2(image, { name, width: 3 as 2 }),
      () => mobileNetV3Large(image, { name, variant: 'second' as 'first' }),
      () => resNet(image, { name, depth: 20 as 18 }),
      () => ducDecoder(peleeNet(image, { name }).at(32), { name: 'decoder', keypoints: 0 }),
      () => ducDecoder(image, { name: 'decoder', keypoints: 17 }),
    ];
    for (const build of wrong)
      expect(build).toThrowError(expect.objectContaining({ name: 'BackboneError' }));
  });
});
