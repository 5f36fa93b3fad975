import { readFileSync } from 'node:fs';
import { hourglassTorchModules, stackedHourglass } from '@pose-distill/backbones';
import {
  forEachBackend,
  hasReferenceData,
  largestDifference,
  largestMagnitude,
  referencePath,
} from '@pose-distill/internal-testing';
import {
  complexity,
  defineNetwork,
  importTorch,
  initialise,
  input,
  type Network,
  prune,
  readSafetensors,
  type Value,
} from '@pose-distill/network';
import { run, toTensors } from '@pose-distill/network-tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { ensembleInputs, featureAggregation, featureAggregationTorchModules } from './fau.js';

const imageOf = (height: number, width: number): Value =>
  input('image', { height, width, channels: 3 });

/** A small network of three branches with an ensemble. */
function branched(stacks: readonly number[], image = imageOf(64, 64), keypoints = 5): Network {
  const { stem, outputs, branches } = stackedHourglass(image, {
    ...{ name: 'net', keypoints, branches: stacks, features: 16 },
  });
  const { ensemble, weights } = featureAggregation(stem, ensembleInputs({ branches }), {
    name: 'fau',
    squeeze: 8,
  });
  return defineNetwork({ inputs: [image], outputs: { ...outputs, ensemble, weights } });
}

describe('featureAggregation', () => {
  it("has the release's number of parameters", () => {
    const x = input('x', { height: 64, width: 64, channels: 256 });
    const maps = [1, 2, 3].map((i) => input(`maps${i}`, { height: 64, width: 64, channels: 16 }));
    const { ensemble } = featureAggregation(x, maps, { name: 'fau' });
    const network = defineNetwork({ inputs: [x, ...maps], outputs: { ensemble } });
    expect(complexity(network).parameters).toBe(5_461_360);
  });

  it.each([
    [{ branches: [2, 2, 2] }, 24_627_792],
    [{ branches: [4, 4, 4] }, 43_491_504],
    [{ stacks: 2, branches: [2, 2, 2] }, 30_915_696],
  ] as const)('makes the training graph of %j', (form, parameters) => {
    const image = imageOf(256, 256);
    const { stem, outputs, branches } = stackedHourglass(image, {
      name: 'net',
      keypoints: 16,
      ...form,
    });
    const { ensemble } = featureAggregation(stem, ensembleInputs({ branches }), { name: 'fau' });
    const network = defineNetwork({ inputs: [image], outputs: { ...outputs, ensemble } });
    expect(complexity(network).parameters).toBe(parameters);
  });

  forEachBackend(() => {
    it.skipIf(!hasReferenceData('nets'))("gives the released ensemble's numbers", async () => {
      const file = readSafetensors(
        readFileSync(referencePath('nets/okdhp-fau-stacks2.safetensors')),
      );
      const tensors = Object.fromEntries(
        Object.entries(file.tensors)
          .filter(([name]) => name.startsWith('param/'))
          .map(([name, { shape, data }]) => [name.slice(6), { shape, data: data as Float32Array }]),
      );
      const network = branched([2, 2, 2]);
      const hourglass = hourglassTorchModules('net', 'okdhp');
      const weights = importTorch(network, tensors, (node) =>
        node.startsWith('fau.') ? featureAggregationTorchModules('fau')(node) : hourglass(node),
      );
      const { ensemble } = tf.tidy(() => {
        const { shape, data } = file.tensors.input!;
        const image = tf.transpose(tf.tensor(data as Float32Array, [...shape]), [0, 2, 3, 1]);
        const { outputs } = run(network, toTensors(network, weights), { image });
        return { ensemble: tf.transpose(outputs.ensemble as tf.Tensor, [0, 3, 1, 2]) };
      });
      const expected = file.tensors.ensemble!.data as Float32Array;
      const found = (await ensemble.data()) as Float32Array;
      expect(largestDifference(found, expected)).toBeLessThan(1e-4 * largestMagnitude(expected));
    });

    it('weighs to 1, and equal branches give the branch', async () => {
      const x = input('x', { height: 4, width: 4, channels: 8 });
      const maps = input('maps', { height: 4, width: 4, channels: 3 });
      const { ensemble, weights } = featureAggregation(x, [maps, maps, maps], { name: 'fau' });
      const network = defineNetwork({ inputs: [x, maps], outputs: { ensemble, weights } });
      const random = [tf.randomNormal([2, 4, 4, 8]), tf.randomNormal([2, 4, 4, 3])] as const;
      const { outputs } = run(network, toTensors(network, initialise(network, 3)), {
        x: random[0],
        maps: random[1],
      });
      expect(outputs.weights!.shape).toEqual([2, 3, 3]);
      const sums = (await tf.sum(outputs.weights!, 1).data()) as Float32Array;
      for (const sum of sums) expect(sum).toBeCloseTo(1, 6);
      const apart = tf.max(tf.abs(tf.sub(outputs.ensemble!, random[1])));
      expect((await apart.data())[0]).toBeLessThan(1e-5);
    });
  });

  it('is dropped for deployment', () => {
    const kept = prune(branched([1, 2, 1]), ['branch2.stack2']);
    expect(kept.nodes.some(({ name }) => name.startsWith('fau'))).toBe(false);
    expect(kept.nodes.some(({ name }) => name.startsWith('net.branch1'))).toBe(false);
  });

  it('refuses branches that do not fit, with their shapes', () => {
    const x = input('x', { height: 4, width: 4, channels: 8 });
    const [a, b] = [3, 4].map((channels) =>
      input(`maps${channels}`, { height: 4, width: 4, channels }),
    ) as [Value, Value];
    expect(() => featureAggregation(x, [a, b], { name: 'fau' })).toThrow(/\[4,4,3\] and \[4,4,4\]/);
    expect(() => featureAggregation(x, [a], { name: 'fau' })).toThrow(/two branches/);
  });
});

describe('ensembleInputs', () => {
  const maps = (prefix: string, count: number): Value[] =>
    Array.from({ length: count }, (_, i) =>
      input(`${prefix}${i}`, { height: 1, width: 1, channels: 1 }),
    );
  const names = (values: readonly Value[]): string[] => values.map(({ name }) => name);

  it('takes the last stack of each branch', () => {
    const branches = [maps('a', 2), maps('b', 4), maps('c', 1)];
    expect(names(ensembleInputs({ shared: maps('s', 2), branches }))).toEqual(['a1', 'b3', 'c0']);
  });

  it('takes what the released programs take, on request', () => {
    const four = [maps('a', 4), maps('b', 4), maps('c', 4)];
    expect(names(ensembleInputs({ branches: four, indexing: 'hourglass_okd' }))).toEqual([
      'a3',
      'b1',
      'b3',
    ]);
    const two = [maps('a', 2), maps('b', 2), maps('c', 2)];
    expect(names(ensembleInputs({ branches: two, indexing: 'hourglass_okd' }))).toEqual([
      'a1',
      'b1',
      'c1',
    ]);
    const shared = { shared: maps('s', 2), branches: two };
    expect(names(ensembleInputs({ ...shared, indexing: 'share_less' }))).toEqual([
      'b1',
      'c0',
      'c1',
    ]);
  });

  it('refuses a branch without stacks', () => {
    expect(() => ensembleInputs({ branches: [maps('a', 1), []] })).toThrow(/\[1,0\] stacks/);
  });
});
