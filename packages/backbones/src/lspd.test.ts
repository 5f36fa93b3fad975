import { largestDifference, largestMagnitude } from '@pose-distill/internal-testing';
import {
  complexity,
  defineNetwork,
  foldBatchNorm,
  fuseReparameterised,
  input,
  type Network,
  prune,
  type Value,
} from '@pose-distill/network';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../network/test/evaluate.js';
import { randomMaps, randomWeights } from '../../network/test/random-weights.js';
import {
  BackboneError,
  lspd,
  multiScaleResidual,
  poseStage,
  pyramidFeatures,
  ulpd,
} from './index.js';

type Outputs = Readonly<Record<string, Value>>;

function networkOf(build: (image: Value) => Outputs, height = 256, width = 192): Network {
  const image = input('image', { height, width, channels: 3 });
  return defineNetwork({ inputs: [image], outputs: build(image) });
}

describe('LSPD', () => {
  it.each([
    [16, 256, 256, 675_024, '0.738'],
    [17, 256, 192, 675_153, '0.554'],
  ])('%i keypoints at %ix%i, deployed', (keypoints, height, width, parameters, macs) => {
    const whole = networkOf((image) => lspd(image, { keypoints }), height, width);
    const deployed = prune(whole, ['heatmaps']);
    const { parameters: own, total } = complexity(deployed);
    expect([own, (total / 1e9).toFixed(3)]).toEqual([parameters, macs]);
    expect(deployed.nodes.at(-1)!.shape).toEqual([height / 4, width / 4, keypoints]);
  });

  it('of two and three stages', () => {
    const million = (stages: number): string => {
      const options = { keypoints: 16, stages, teacher: false } as const;
      return (complexity(networkOf((image) => lspd(image, options))).parameters / 1e6).toFixed(3);
    };
    expect([million(2), million(3)]).toEqual(['0.788', '0.901']);
    const features = networkOf((image) => ({ map: pyramidFeatures(image, { name: 'f' }) }));
    expect(complexity(features).parameters).toBe(580_800);
  });

  const tiny = { keypoints: 2, channels: 8, blocks: 1, teacher: { channels: 12, blocks: 2 } };
  const whole = networkOf((image) => lspd(image, tiny), 16, 32);

  it('names its stages, the teacher last', () => {
    expect(Object.keys(whole.outputs)).toEqual(['heatmaps', 'stage2', 'teacher']);
    const prefixes = whole.parameters.map(({ name }) => name.split('.')[0]);
    expect([...new Set(prefixes)]).toEqual(['features', 'stage1', 'stage2', 'teacher']);
  });

  it('gives the same heatmaps deployed as in training, to the bit', () => {
    const weights = randomWeights(whole, 2);
    const image = { image: randomMaps([1, 16, 32, 3], 4) };
    const deployed = evaluate(prune(whole, ['heatmaps']), weights, image).heatmaps!;
    expect(deployed.data).toEqual(evaluate(whole, weights, image).heatmaps!.data);
    const plain = networkOf((own) => lspd(own, { ...tiny, stages: 1, teacher: false }), 16, 32);
    expect(plain).toEqual(prune(whole, ['heatmaps']));
  });
});

describe('ULPD', () => {
  const tiny = { keypoints: 2, channels: 8, blocks: 1 };
  const whole = networkOf((image) => ulpd(image, tiny), 16, 32);

  it('shares its weights over the applications, not the batch statistics', () => {
    expect(Object.keys(whole.outputs)).toEqual(['heatmaps', 'expert2', 'expert3']);
    const deployed = prune(whole, ['heatmaps']);
    expect(complexity(whole).parameters).toBe(complexity(deployed).parameters);
    const states = (network: Network): number =>
      network.parameters.filter(({ kind, name }) => kind === 'state' && name.includes('module'))
        .length;
    expect(states(whole)).toBe(3 * states(deployed));
  });

  it('is a plain network when fused', () => {
    const deployed = prune(whole, ['heatmaps']);
    const weights = randomWeights(whole, 3);
    const fused = fuseReparameterised(deployed, weights);
    const shipped = foldBatchNorm(fused.network, fused.weights);
    const blocks = shipped.network.nodes.filter(({ name }) => name.startsWith('module1'));
    expect(new Set(blocks.map(({ op }) => op))).toEqual(
      new Set(['concat', 'conv2d', 'activation']),
    );
    const image = { image: randomMaps([1, 16, 32, 3], 4) };
    const expected = evaluate(deployed, weights, image).heatmaps!;
    const found = evaluate(shipped.network, shipped.weights, image).heatmaps!;
    const limit = 1e-6 * largestMagnitude(expected.data);
    expect(largestDifference(found.data, expected.data)).toBeLessThan(limit);
  });
});

describe('refuses', () => {
  const image = input('image', { height: 16, width: 16, channels: 3 });
  const odd = input('odd', { height: 4, width: 4, channels: 5 });
  it.each<[string, () => unknown]>([
    ['a size that 16 does not divide', () => networkOf((x) => lspd(x, { keypoints: 2 }), 24, 16)],
    ['no stage', () => lspd(image, { keypoints: 2, stages: 0 })],
    ['no application', () => ulpd(image, { keypoints: 2, applications: 0 })],
    ['half a channel', () => multiScaleResidual(odd, { name: 'b' })],
    ['one dilation', () => multiScaleResidual(odd, { name: 'b', dilations: [1] })],
    ['half a block', () => poseStage(odd, { name: 's', keypoints: 2, blocks: 0.5 })],
  ])('%s', (_, act) => expect(act).toThrowError(BackboneError));
});
