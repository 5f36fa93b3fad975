import { forEachBackend, largestDifference } from '@pose-distill/internal-testing';
import {
  add,
  batchNorm,
  conv2d,
  defineNetwork,
  initialise,
  input,
  prune,
  relu,
} from '@pose-distill/network';
import { installGradients } from '@pose-distill/tensor-ops';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { benchmarkDense, benchmarkMobile } from '../../backbones/src/index.js';
import { randomWeights } from '../../network/test/random-weights.js';
import { applyUpdates, createVariables, readWeights, run, toTensors } from './index.js';

const image = input('image', { height: 8, width: 6, channels: 3 });
const stem = batchNorm(conv2d(image, { name: 'stem', channels: 4, kernel: 3, padding: 1 }), {
  name: 'bn',
  momentum: 0.25,
});
const network = defineNetwork({
  inputs: [image],
  outputs: { maps: conv2d(relu(stem), { name: 'head', channels: 2 }), tap: stem },
});
const sizes = { height: 32, width: 24 };

forEachBackend((backend) => {
  beforeAll(() => void installGradients());
  const batch = (count = 2): tf.Tensor4D =>
    tf.randomNormal([count, 8, 6, 3], 0.5, 2, 'float32', 11);

  describe('running statistics', () => {
    it('are those of PyTorch: momentum of the batch, unbiased variance', async () => {
      const weights = randomWeights(network, 2);
      const variables = toTensors(network, weights);
      const x = batch();
      const { outputs, updates } = run(network, variables, { image: x }, { training: true });
      expect(Object.keys(updates)).toEqual(['bn.mean', 'bn.variance']);
      const before = run(
        prune(
          defineNetwork({
            inputs: [image],
            outputs: { y: conv2d(image, { name: 'stem', channels: 4, kernel: 3, padding: 1 }) },
          }),
          ['y'],
        ),
        variables,
        { image: x },
      ).outputs.y!;
      const values = await before.data();
      const count = values.length / 4;
      for (let c = 0; c < 4; c++) {
        const own = [...values].filter((_, i) => i % 4 === c);
        const mean = own.reduce((sum, value) => sum + value, 0) / count;
        const unbiased = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
        const newMean = (await updates['bn.mean']!.data())[c]!;
        const newVariance = (await updates['bn.variance']!.data())[c]!;
        expect(newMean).toBeCloseTo(0.75 * weights['bn.mean']![c]! + 0.25 * mean, 5);
        expect(newVariance).toBeCloseTo(0.75 * weights['bn.variance']![c]! + 0.25 * unbiased, 4);
      }
      tf.dispose([variables, x, outputs, updates, before]);
    });

    it('stay as they are: nothing is assigned', async () => {
      const weights = randomWeights(network, 2);
      const variables = createVariables(network, weights);
      const x = batch();
      const { outputs, updates } = run(network, variables, { image: x }, { training: true });
      expect(await readWeights(network, variables)).toEqual(weights);
      const expected = await updates['bn.mean']!.data();
      applyUpdates(variables, updates);
      expect((await readWeights(network, variables))['bn.mean']).toEqual(
        Float32Array.from(expected),
      );
      tf.dispose([variables, x, outputs]);
    });
  });

  describe('memory', () => {
    it('leaves its results and nothing else', () => {
      const variables = toTensors(network, initialise(network, 1));
      const x = batch();
      const before = tf.memory().numTensors;
      for (const training of [false, true]) {
        const { outputs, updates } = run(network, variables, { image: x }, { training });
        expect(tf.memory().numTensors).toBe(before + 2 + (training ? 2 : 0));
        tf.dispose([outputs, updates]);
        expect(tf.memory().numTensors).toBe(before);
      }
      tf.dispose([variables, x]);
    });

    it('leaves nothing when it throws', () => {
      const variables = toTensors(network, initialise(network, 1));
      const one = tf.zeros([1, 1, 1, 3]);
      const point = input('image', { height: 1, width: 1, channels: 3 });
      const small = defineNetwork({
        inputs: [point],
        outputs: { y: batchNorm(conv2d(point, { name: 'head', channels: 2 }), { name: 'n' }) },
      });
      const own = toTensors(small, initialise(small, 1));
      const before = tf.memory().numTensors;
      expect(() => run(small, own, { image: one }, { training: true })).toThrowError(
        expect.objectContaining({ code: 'OUT_OF_RANGE' }) as Error,
      );
      expect(tf.memory().numTensors).toBe(before);
      tf.dispose([variables, own, one]);
    });

    it('frees maps as soon as nobody needs them', () => {
      let y = conv2d(image, { name: 'c0', channels: 3 });
      for (let i = 1; i < 20; i++) y = conv2d(y, { name: `c${i}`, channels: 3 });
      const chain = defineNetwork({ inputs: [image], outputs: { y } });
      const variables = toTensors(chain, initialise(chain, 1));
      const x = batch();
      const before = tf.memory().numTensors;
      let most = 0;
      const clone = { ...variables };
      for (const name of Object.keys(clone))
        Object.defineProperty(clone, name, {
          get: () => {
            most = Math.max(most, tf.memory().numTensors - before);
            return variables[name];
          },
        });
      const { outputs } = run(chain, clone, { image: x });
      expect(most).toBeLessThanOrEqual(3);
      tf.dispose([outputs, variables, x]);
    });

    it('gives each output a tensor of its own', async () => {
      const same = defineNetwork({
        inputs: [image],
        outputs: { image, a: relu(image), b: relu(image) },
      });
      const x = batch();
      const { outputs } = run(same, {}, { image: x });
      outputs.image!.dispose();
      outputs.a!.dispose();
      expect(x.isDisposed).toBe(false);
      expect(largestDifference(await outputs.b!.data(), await tf.relu(x).data())).toBe(0);
      tf.dispose([x, outputs]);
    });
  });

  // tfjs's cpu backend needs a minute for these; its gradients are checked operation by operation.
  describe.skipIf(backend === 'cpu').each([
    ['mobile', benchmarkMobile(sizes)],
    ['dense', benchmarkDense(sizes)],
  ])('a training step of the %s benchmark network', (_, big) => {
    const step = (
      variables: Record<string, tf.Variable>,
      x: tf.Tensor,
    ): { grads: tf.NamedTensorMap; value: tf.Scalar; updates: Record<string, tf.Tensor> } => {
      const trained = big.parameters.filter(({ kind }) => kind === 'weight');
      let updates: Record<string, tf.Tensor> = {};
      const result = tf.variableGrads(
        () => {
          const out = run(big, variables, { image: x }, { training: true });
          updates = out.updates;
          for (const update of Object.values(updates)) tf.keep(update);
          return tf.mean(tf.squaredDifference(out.outputs.heatmaps!, 0.3)) as tf.Scalar;
        },
        trained.map(({ name }) => variables[name]!),
      );
      return { ...result, updates };
    };

    it('gives a finite gradient to every weight, updates to every statistic, and no leak', async () => {
      const weights = initialise(big, 4);
      // A head that starts at almost nothing would hide the gradients behind it.
      weights['head.weight'] = weights['head.weight']!.map((_v, i) => Math.sin(i));
      const variables = createVariables(big, weights);
      const x = tf.randomNormal([2, 32, 24, 3], 0, 1, 'float32', 5);
      const before = tf.memory().numTensors;
      const { value, grads, updates } = step(variables, x);
      const weightCount = big.parameters.filter(({ kind }) => kind === 'weight').length;
      expect(Object.keys(grads)).toHaveLength(weightCount);
      for (const gradient of Object.values(grads)) {
        const values = await gradient.data();
        expect(values.every(Number.isFinite)).toBe(true);
        expect(values.some((v) => v !== 0)).toBe(true);
      }
      expect(Object.keys(updates)).toHaveLength(big.parameters.length - weightCount);
      expect(tf.memory().numTensors).toBe(before + 1 + weightCount + Object.keys(updates).length);
      tf.dispose([value, grads, updates]);
      expect(tf.memory().numTensors).toBe(before);
      tf.dispose([variables, x]);
    });

    it('learns', async () => {
      const variables = createVariables(big, initialise(big, 4));
      const x = tf.randomNormal([2, 32, 24, 3], 0, 1, 'float32', 5);
      const before = tf.memory().numTensors;
      const losses: number[] = [];
      for (let i = 0; i < 3; i++) {
        const { value, grads, updates } = step(variables, x);
        losses.push((await value.data())[0]!);
        for (const [name, gradient] of Object.entries(grads)) {
          const variable = Object.values(variables).find((v) => v.name === name)!;
          tf.tidy(() => {
            variable.assign(tf.sub(variable, tf.mul(gradient, 0.05)));
          });
        }
        applyUpdates(variables, updates);
        tf.dispose([value, grads]);
      }
      expect(losses[1]).toBeLessThan(losses[0]!);
      expect(losses[2]).toBeLessThan(losses[1]!);
      expect(tf.memory().numTensors).toBe(before);
      tf.dispose([variables, x]);
    });
  });

  it('lets gradients through in inference mode', async () => {
    const variables = toTensors(network, randomWeights(network, 2));
    const x = batch();
    const gradient = tf.grad((given) =>
      tf.sum(run(network, variables, { image: given }).outputs.maps!),
    )(x);
    const values = await gradient.data();
    expect(values.every(Number.isFinite) && values.some((v) => v !== 0)).toBe(true);
    tf.dispose([variables, x, gradient]);
  });

  it('takes any batch size', () => {
    const variables = toTensors(network, initialise(network, 1));
    for (const count of [1, 3]) {
      const x = batch(count);
      const { outputs } = run(network, variables, { image: x });
      expect(outputs.maps!.shape).toEqual([count, 8, 6, 2]);
      tf.dispose([x, outputs]);
    }
    tf.dispose(variables);
  });

  if (backend === 'cpu')
    describe('refuses', () => {
      const variables = (): Record<string, tf.Tensor> => toTensors(network, initialise(network, 1));
      const codeOf = (f: () => unknown): string => {
        try {
          f();
        } catch (error) {
          return (error as { code: string }).code;
        }
        return 'no error';
      };
      it.each<[string, string, (v: Record<string, tf.Tensor>, x: tf.Tensor4D) => unknown]>([
        ['a missing input', 'UNKNOWN_NAME', (v) => run(network, v, {})],
        [
          'a missing variable',
          'UNKNOWN_NAME',
          ({ 'head.bias': _, ...v }, x) => run(network, v, { image: x }),
        ],
        [
          'an image without batch',
          'SHAPE_MISMATCH',
          (v, x) => run(network, v, { image: tf.reshape(x, [16, 6, 3]) }),
        ],
        [
          'an image of another size',
          'SHAPE_MISMATCH',
          (v, x) => run(network, v, { image: tf.reshape(x, [2, 6, 8, 3]) }),
        ],
        ['integers', 'SHAPE_MISMATCH', (v, x) => run(network, v, { image: tf.cast(x, 'int32') })],
        [
          'a variable of another shape',
          'SHAPE_MISMATCH',
          (v, x) => run(network, { ...v, 'head.bias': v['stem.bias']! }, { image: x }),
        ],
        ['missing weights', 'UNKNOWN_NAME', () => toTensors(network, {})],
        [
          'weights of another size',
          'SHAPE_MISMATCH',
          () => toTensors(network, { ...initialise(network, 1), 'head.bias': new Float32Array(3) }),
        ],
        ['updates of unknown variables', 'UNKNOWN_NAME', (_, x) => applyUpdates({}, { x })],
      ])('%s', (_, code, act) => {
        tf.tidy(() => {
          expect(codeOf(() => act(variables(), batch()))).toBe(code);
        });
      });

      it('inputs of two batch sizes', () => {
        const other = input('other', { height: 8, width: 6, channels: 3 });
        const two = defineNetwork({
          inputs: [image, other],
          outputs: { y: add([image, other], { name: 'sum' }) },
        });
        tf.tidy(() => {
          const images = { image: batch(2), other: batch(3) };
          expect(codeOf(() => run(two, {}, images))).toBe('SHAPE_MISMATCH');
        });
      });
    });
});
