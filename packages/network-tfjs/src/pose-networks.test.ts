import {
  channelAttentionUnit,
  ducDecoder,
  type Features,
  heatmapHead,
  hrNet,
  integralHead,
  liteHrNet,
  lspd,
  mnasNet,
  mobileNetV1,
  mobileNetV2,
  mobileNetV3Large,
  peleeNet,
  regressionHead,
  resNet,
  shuffleNetV2,
  simccHead,
  stackedHourglass,
  stemNet,
  tokenEncoder,
  tokenHeatmapHead,
  tokenTaps,
  ulpd,
} from '@pose-distill/backbones';
import { forEachBackend } from '@pose-distill/internal-testing';
import { defineNetwork, input, type Network, type Value } from '@pose-distill/network';
import { installGradients } from '@pose-distill/tensor-ops';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomMaps, randomWeights } from '../../network/test/random-weights.js';
import { type RunOptions, run, toTensors } from './index.js';

const narrow = { name: 'net', widths: [8, 16, 24, 32], modules: [1, 1, 1], stem: 8 };

const name = 'encoder';
const decoded = ({ last }: Features): Record<string, Value> => ({
  heatmaps: ducDecoder(last, { name: 'decoder', keypoints: 3 }),
});
const narrowTokens = {
  keypoints: 3,
  patch: { width: 4, height: 4 },
  channels: 16,
  depth: 2,
  heads: 2,
};
const narrowStages = { keypoints: 3, channels: 8, blocks: 1 };

/** Narrow ones, with everything that the wide ones have. */
const NETWORKS: Readonly<Record<string, (image: Value) => Readonly<Record<string, Value>>>> = {
  hrNet(image) {
    const features = hrNet(image, { name: 'net', width: 4, modules: [1, 1, 1], blocks: 1 });
    const heatmaps = heatmapHead(features.at(4), { name: 'head', keypoints: 3 });
    return { heatmaps, coarse: features.at(32) };
  },
  liteHrNet(image) {
    const features = liteHrNet(image, narrow);
    return { logits: integralHead(features.at(4), { name: 'head', keypoints: 3 }) };
  },
  'liteHrNet, branches summed once'(image) {
    const features = liteHrNet(image, { ...narrow, fusion: 'once' });
    return { logits: integralHead(features.at(4), { name: 'head', keypoints: 3 }) };
  },
  'stackedHourglass with branches'(image) {
    const options = { name: 'net', keypoints: 3, features: 8, depth: 2 };
    return stackedHourglass(image, { ...options, stacks: 1, branches: [1, 2] }).outputs;
  },
  peleeNet: (image) => decoded(peleeNet(image, { name, stemChannels: 8, growth: 8 })),
  mobileNetV1: (image) => decoded(mobileNetV1(image, { name, width: 0.25 })),
  mobileNetV2: (image) => decoded(mobileNetV2(image, { name, width: 0.25 })),
  mobileNetV3Large: (image) => decoded(mobileNetV3Large(image, { name })),
  mnasNet: (image) => decoded(mnasNet(image, { name, width: 0.25 })),
  shuffleNetV2: (image) => decoded(shuffleNetV2(image, { name, width: 0.5 })),
  'resNet of residual blocks': (image) => decoded(resNet(image, { name, depth: 18, channels: 8 })),
  'resNet of bottlenecks': (image) => decoded(resNet(image, { name, depth: 50, channels: 8 })),
  'token encoder with a regression head'(image) {
    const { last } = stemNet(image, { name: 'body', width: 8, blocks: 2 });
    const features = tokenEncoder(last, { name: 'encoder', ...narrowTokens });
    return { ...regressionHead(features.keypoints, { name: 'head' }), ...tokenTaps(features) };
  },
  'token encoder with a heatmap head, behind channel attention units'(image) {
    const { last } = stemNet(image, {
      name: 'body',
      width: 8,
      blocks: 2,
      block: (x, options) =>
        channelAttentionUnit(x, {
          ...options,
          groups: 4,
          attention: { kind: options.name.endsWith('1') ? 'squeeze' : 'eca', squeezed: 4 },
        }),
    });
    const { keypoints } = tokenEncoder(last, { name: 'encoder', ...narrowTokens });
    const heatmapSize = { width: 16, height: 8 };
    return { maps: tokenHeatmapHead(keypoints, { name: 'head', heatmapSize, hidden: 24 }) };
  },
  simcc(image) {
    const { last } = stemNet(image, { name: 'body', width: 8, blocks: 1 });
    const inputSize = { width: 64, height: 32 };
    return { ...simccHead(last, { name: 'head', keypoints: 3, inputSize }) };
  },
  lspd: (image) => lspd(image, { ...narrowStages, teacher: { channels: 12, blocks: 2 } }),
  ulpd: (image) => ulpd(image, narrowStages),
};

function networkOf(build: (image: Value) => Readonly<Record<string, Value>>): Network {
  const image = input('image', { height: 32, width: 64, channels: 3 });
  return defineNetwork({ inputs: [image], outputs: build(image) });
}

/** Running means stay 0: with few channels others would leave whole ReLUs without a value above 0. */
function liveWeights(network: Network): Record<string, Float32Array> {
  const weights = randomWeights(network, 5);
  for (const { name } of network.parameters) if (name.endsWith('.mean')) weights[name]!.fill(0);
  return weights;
}

/** Of the mean square of all outputs, with respect to each weight, by name. */
async function gradientsOf(
  network: Network,
  options: RunOptions,
): Promise<Record<string, Float32Array>> {
  const variables = toTensors(network, liveWeights(network));
  const shape = [2, 32, 64, 3];
  const image = tf.tensor(Float32Array.from(randomMaps(shape, 6).data), shape);
  const names = network.parameters.flatMap(({ name, kind }) => (kind === 'weight' ? name : []));
  const loss = (...weights: tf.Tensor[]): tf.Scalar => {
    const given = Object.fromEntries(names.map((name, i) => [name, weights[i]!]));
    const { outputs } = run(network, { ...variables, ...given }, { image }, options);
    return tf.addN(Object.values(outputs).map((map) => tf.mean(tf.square(map)))) as tf.Scalar;
  };
  const grads = tf.tidy(() => tf.grads(loss)(names.map((name) => variables[name]!)));
  const values = await Promise.all(
    names.map(async (name, i) => [name, (await grads[i]!.data()) as Float32Array] as const),
  );
  const copies = values.map(([name, own]) => [name, own.slice()] as const);
  tf.dispose([variables, image, grads]);
  return Object.fromEntries(copies);
}

forEachBackend(() => {
  beforeAll(() => void installGradients());

  describe.each(Object.entries(NETWORKS))('%s', (_, build) => {
    it.each([true, false])('gives every weight a gradient (training: %s)', async (training) => {
      const kept = tf.memory().numTensors;
      const gradients = Object.entries(await gradientsOf(networkOf(build), { training }));
      for (const [name, values] of gradients)
        expect(values.every(Number.isFinite), name).toBe(true);
      const without = gradients.filter(([, values]) => values.every((value) => value === 0));
      expect(without.map(([name]) => name)).toEqual([]);
      expect(tf.memory().numTensors).toBe(kept);
    });
  });

  // Learned tokens, a fixed guess and shared weights have no maps before them to begin a segment with.
  it.each([
    'token encoder with a regression head',
    'ulpd',
  ])('%s has the same gradients when maps are computed again', async (name) => {
    const network = networkOf(NETWORKS[name]!);
    const kept = await gradientsOf(network, { training: true });
    for (const recompute of ['norms', true] as const)
      expect(await gradientsOf(network, { training: true, recompute })).toEqual(kept);
  });
}, ['wasm']);
