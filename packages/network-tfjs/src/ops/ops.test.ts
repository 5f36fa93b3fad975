import {
  forEachBackend,
  largestDifference,
  largestMagnitude,
} from '@pose-distill/internal-testing';
import {
  activation,
  adaptiveAveragePool,
  add,
  avgPool,
  batchNorm,
  channelShuffle,
  concat,
  conv2d,
  convTranspose2d,
  defineNetwork,
  fill,
  flatten,
  globalAveragePool,
  input,
  layerNorm,
  leakyRelu,
  linear,
  matmul,
  maxPool,
  mean,
  mul,
  pad,
  parameter,
  pixelShuffle,
  relu,
  relu6,
  reshape,
  resizeBilinear,
  resizeNearest,
  sigmoid,
  sinePositions,
  slice,
  softmax,
  split,
  transpose,
  type Value,
} from '@pose-distill/network';
import { installGradients } from '@pose-distill/tensor-ops';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Doubles, evaluate } from '../../../network/test/evaluate.js';
import { randomMaps, randomWeights } from '../../../network/test/random-weights.js';
import { run, toTensors } from '../index.js';

const [HEIGHT, WIDTH, CHANNELS, BATCH] = [7, 6, 4, 2];
const sides = { top: 0, bottom: 2, left: 1, right: 0 };
const named = <Options extends object>(options: Options) => ({
  name: 'op',
  channels: 6,
  ...options,
});

/** Each operation in its corners: odd sizes, uneven padding, every kind of grouping. */
const CASES: Readonly<Record<string, (x: Value) => Value>> = {
  'conv 1x1': (x) => conv2d(x, named({})),
  'conv 3x3 stride 2 padding 1': (x) => conv2d(x, named({ kernel: 3, strides: 2, padding: 1 })),
  "conv 3x3 stride 2 'same'": (x) =>
    conv2d(x, named({ kernel: 3, strides: 2, padding: 'same', bias: false })),
  'conv uneven padding': (x) => conv2d(x, named({ kernel: 3, padding: sides })),
  'conv stride 2 uneven padding': (x) =>
    conv2d(x, named({ kernel: 3, strides: 2, padding: sides })),
  'conv oblong': (x) =>
    conv2d(
      x,
      named({
        kernel: { height: 1, width: 3 },
        strides: { height: 2, width: 1 },
        padding: { top: 0, bottom: 0, left: 1, right: 1 },
      }),
    ),
  'conv dilated': (x) => conv2d(x, named({ kernel: 3, dilations: 2, padding: 2 })),
  'conv dilated oblong stride 2': (x) =>
    conv2d(x, named({ kernel: 3, strides: 2, dilations: { height: 2, width: 1 }, padding: 1 })),
  'conv with relu6': (x) => relu6(conv2d(x, named({ kernel: 3 }))),
  'conv without bias with relu': (x) => relu(conv2d(x, named({ kernel: 3, bias: false }))),
  grouped: (x) => conv2d(x, named({ kernel: 3, groups: 2, padding: 1 })),
  depthwise: (x) => conv2d(x, named({ channels: 4, kernel: 3, groups: 4, padding: 1 })),
  'depthwise stride 2 with relu6': (x) =>
    relu6(conv2d(x, named({ channels: 4, kernel: 3, groups: 4, strides: 2, padding: 'same' }))),
  'depthwise uneven padding stride 2': (x) =>
    conv2d(x, named({ channels: 4, kernel: 3, groups: 4, strides: 2, padding: sides })),
  'depthwise dilated': (x) =>
    conv2d(x, named({ channels: 4, kernel: 3, groups: 4, dilations: 2, padding: 2 })),
  'depthwise that doubles channels': (x) =>
    relu(conv2d(x, named({ channels: 8, kernel: 3, groups: 4, padding: 1 }))),
  'deconv 4x4 stride 2': (x) =>
    convTranspose2d(x, named({ kernel: 4, strides: 2, padding: 1, bias: false })),
  'deconv 3x3 stride 2 output padding': (x) =>
    convTranspose2d(x, named({ kernel: 3, strides: 2, padding: 1, outputPadding: 1 })),
  'deconv uneven': (x) =>
    convTranspose2d(
      x,
      named({
        kernel: { height: 3, width: 2 },
        strides: { height: 1, width: 2 },
        padding: { top: 1, bottom: 0, left: 0, right: 1 },
      }),
    ),
  'batch norm': (x) => batchNorm(x, { name: 'op', epsilon: 0.01 }),
  'batch norm with relu6': (x) => relu6(batchNorm(x, { name: 'op' })),
  'batch norm that others read': (x) => {
    const y = batchNorm(x, { name: 'op' });
    return add([relu(y), y], { name: 'sum' });
  },
  'add of three': (x) => add([x, relu(x), x], { name: 'op' }),
  concat: (x) => concat([x, conv2d(x, named({})), x], { name: 'cat' }),
  'resize nearest 2': (x) => resizeNearest(x, { scale: 2 }),
  'resize nearest 3': (x) => resizeNearest(x, { scale: 3 }),
  'resize bilinear 2': (x) => resizeBilinear(x, { scale: 2 }),
  'resize bilinear to any size': (x) => resizeBilinear(x, { size: { width: 9, height: 4 } }),
  'max pool': (x) => maxPool(x, { kernel: 3, strides: 2, padding: 1 }),
  'max pool of negative values': (x) =>
    maxPool(batchNorm(x, { name: 'op', epsilon: 1e-3 }), { kernel: 2 }),
  'average pool': (x) => avgPool(x, { kernel: 2 }),
  'average pool padded': (x) => avgPool(x, { kernel: 3, strides: 2, padding: 1 }),
  'global average': (x) => globalAveragePool(x),
  'global average as a map': (x) => globalAveragePool(x, { keepMap: true }),
  'batch norm with an activation that is not fused': (x) =>
    activation(batchNorm(x, { name: 'op' }), 'hardSwish'),
  ...Object.fromEntries(
    (['sigmoid', 'hardSigmoid', 'hardSwish', 'silu', 'gelu', 'softplus', 'tanh'] as const).map(
      (which) => [which, (x: Value) => activation(x, which)],
    ),
  ),
  'leaky relu': (x) => leakyRelu(x, { slope: 0.2 }),
  'mul by a vector': (x) => mul([x, sigmoid(globalAveragePool(x))], { name: 'op' }),
  'mul by a map of one pixel': (x) =>
    mul([globalAveragePool(x, { keepMap: true }), x], { name: 'op' }),
  'mul by a map of one channel': (x) =>
    mul([x, conv2d(x, named({ channels: 1 })), x], { name: 'all' }),
  'add of a vector': (x) => add([x, globalAveragePool(x)], { name: 'op' }),
  'slice of channels': (x) => slice(x, { begin: 1, size: 2 }),
  'slice of rows': (x) => slice(x, { axis: 0, begin: 2, size: 3 }),
  'split and swap': (x) => concat(split(x, [1, 3]).reverse(), { name: 'op' }),
  'concat of rows': (x) => concat([x, relu(x)], { name: 'op', axis: 0 }),
  pad: (x) => pad(x, { padding: sides }),
  'channel shuffle': (x) => channelShuffle(conv2d(x, named({})), { groups: 3 }),
  'pixel shuffle': (x) => pixelShuffle(conv2d(x, named({ channels: 12 })), { factor: 2 }),
  'pixel shuffle by 3, tensorflow': (x) =>
    pixelShuffle(conv2d(x, named({ channels: 18 })), { factor: 3, order: 'tensorflow' }),
  'adaptive average that divides': (x) => adaptiveAveragePool(x, { size: { width: 3, height: 7 } }),
  'adaptive average of uneven windows': (x) =>
    adaptiveAveragePool(x, { size: { width: 4, height: 3 } }),
  'adaptive average to a larger map': (x) =>
    adaptiveAveragePool(x, { size: { width: 8, height: 1 } }),
  'max pool rounded up': (x) => maxPool(x, { kernel: 2, ceilMode: true }),
  'max pool rounded up, padded': (x) =>
    maxPool(x, { kernel: 3, strides: 2, padding: 1, ceilMode: true }),
  'average pool rounded up': (x) => avgPool(x, { kernel: 3, strides: 2, ceilMode: true }),
  'average pool that counts padding': (x) =>
    avgPool(x, { kernel: 3, strides: 2, padding: 1, countPadding: true }),
  'average pool that counts padding, rounded up': (x) =>
    avgPool(x, { kernel: 4, strides: 3, padding: 1, countPadding: true, ceilMode: true }),
  'resize bilinear with aligned corners': (x) =>
    resizeBilinear(x, { scale: 2, alignCorners: true }),
  'resize bilinear with aligned corners to any size': (x) =>
    resizeBilinear(x, { size: { width: 9, height: 4 }, alignCorners: true }),
  'resize bilinear smaller': (x) => resizeBilinear(x, { size: { width: 3, height: 2 } }),
  flatten: (x) => linear(flatten(x), { name: 'op', channels: 3 }),
  reshape: (x) => reshape(x, { shape: [14, -1] }),
  transpose: (x) => transpose(x, { axes: [2, 0, 1] }),
  'a fixed guess behind': (x) =>
    concat([x, fill({ name: 'guess', shape: [7, 6, 2], value: 0.5 })], { name: 'op' }),
  'layer norm': (x) => layerNorm(x, { name: 'op' }),
  'layer norm of a vector': (x) => layerNorm(flatten(x), { name: 'op', epsilon: 1e-3 }),
  softmax: (x) => softmax(x),
  'matmul of matrices': (x) => {
    const tokens = reshape(x, { shape: [42, 4] });
    const rows = linear(tokens, { name: 'rows', channels: 5 });
    return matmul(tokens, rows, { name: 'op', transposeA: true, scale: 0.5 });
  },
  'matmul over leading axes': (x) =>
    matmul(x, linear(x, { name: 'b', channels: 4 }), { name: 'op', transposeB: true }),
  'matmul, both transposed': (x) =>
    matmul(x, linear(transpose(x, { axes: [0, 2, 1] }), { name: 'b', channels: 6 }), {
      name: 'op',
      transposeA: true,
      transposeB: true,
      scale: 2,
    }),
  'mean over rows': (x) => mean(x, { axes: [0] }),
  'mean over columns and channels': (x) => mean(x, { axes: [1, -1], keepAxes: true }),
  'tokens in front': (x) => {
    const tokens = reshape(x, { shape: [42, 4] });
    const positions = sinePositions({
      name: 'at',
      size: { width: 6, height: 7 },
      channels: 4,
      leading: 3,
    });
    const learned = parameter({ name: 'learned', shape: [3, 4] });
    const sequence = concat([learned, tokens], { name: 'sequence', axis: 0 });
    return add([sequence, positions], { name: 'placed' });
  },
  linear: (x) => linear(globalAveragePool(x), { name: 'op', channels: 5 }),
  'linear over a map': (x) => linear(x, { name: 'op', channels: 5, bias: false }),
};

forEachBackend(() => {
  beforeAll(() => void installGradients());

  describe.each(Object.entries(CASES))('%s', (_, build) => {
    const image = input('image', { height: HEIGHT, width: WIDTH, channels: CHANNELS });
    const network = defineNetwork({ inputs: [image], outputs: { y: build(image) } });
    const weights = randomWeights(network, 3);
    const maps = randomMaps([BATCH, HEIGHT, WIDTH, CHANNELS], 3);

    it('equals plain loops in double precision', async () => {
      const expected = evaluate(network, weights, { image: maps }).y!;
      const variables = toTensors(network, weights);
      const x = tf.tensor(Float32Array.from(maps.data), [...maps.shape]);
      const { outputs } = run(network, variables, { image: x });
      expect(outputs.y!.shape).toEqual(expected.shape);
      const difference = largestDifference(await outputs.y!.data(), expected.data);
      expect(difference / largestMagnitude(expected.data)).toBeLessThan(1e-5);
      tf.dispose([variables, x, outputs]);
    });

    it('has the gradients that differences in double precision give', async () => {
      const variables = toTensors(network, weights);
      const x = tf.tensor(Float32Array.from(maps.data), [...maps.shape]);
      const names = network.parameters.filter(({ kind }) => kind === 'weight').map((p) => p.name);
      const slope = randomMaps([BATCH, ...network.nodes.at(-1)!.shape], 5);
      const slopes = tf.tensor(Float32Array.from(slope.data), [...slope.shape]);
      const gradients = tf.grads((given: tf.Tensor, ...values: tf.Tensor[]) => {
        const own = { ...variables };
        for (const [index, name] of names.entries()) own[name] = values[index]!;
        const { y } = run(network, own, { image: given }, { training: true }).outputs;
        return tf.sum(tf.mul(y!, slopes)) as tf.Scalar;
      })([x, ...names.map((name) => variables[name]!)]);

      const lossAt = (change: (w: Record<string, Float64Array>, m: Float64Array) => void): number =>
        trainingLoss(network, weights, maps, slope, change);
      const check = async (
        gradient: tf.Tensor,
        nudge: (index: number, by: number) => Parameters<typeof trainingLoss>[4],
      ): Promise<void> => {
        const values = await gradient.data();
        const scale = Math.max(1, largestMagnitude(values));
        const step = 1e-5;
        for (let k = 0; k < Math.min(values.length, 12); k++) {
          const index = Math.floor((k * values.length) / Math.min(values.length, 12));
          const numeric = (lossAt(nudge(index, step)) - lossAt(nudge(index, -step))) / (2 * step);
          expect(Math.abs(values[index]! - numeric) / scale).toBeLessThan(2e-4);
        }
      };
      await check(gradients[0]!, (index, by) => (_weights, m) => {
        m[index]! += by;
      });
      for (const [k, name] of names.entries())
        await check(gradients[k + 1]!, (index, by) => (w) => {
          w[name]![index]! += by;
        });
      tf.dispose([variables, x, slopes, gradients]);
    });
  });
});

/** Sum of outputs times slopes in double precision, with batch norms on their batch's statistics. */
function trainingLoss(
  network: Parameters<typeof evaluate>[0],
  weights: Record<string, Float32Array>,
  maps: Doubles,
  slope: Doubles,
  change: (weights: Record<string, Float64Array>, maps: Float64Array) => void,
): number {
  const own = Object.fromEntries(
    Object.entries(weights).map(([name, values]) => [name, Float64Array.from(values)]),
  );
  const data = maps.data.slice();
  change(own, data);
  // evaluate only indexes the weights, so doubles do.
  const asWeights = own as unknown as Record<string, Float32Array>;
  for (const node of network.nodes) {
    if (node.op !== 'batchNorm') continue;
    const before = { ...network, outputs: { x: node.inputs[0]! } };
    const { x } = evaluate(before, asWeights, { image: { data, shape: maps.shape } });
    const channels = x!.shape.at(-1)!;
    const count = x!.data.length / channels;
    const mean = new Float64Array(channels);
    for (const [i, value] of x!.data.entries()) mean[i % channels]! += value / count;
    const variance = new Float64Array(channels);
    for (const [i, value] of x!.data.entries())
      variance[i % channels]! += (value - mean[i % channels]!) ** 2 / count;
    own[node.parameters.mean!] = mean;
    own[node.parameters.variance!] = variance;
  }
  const { y } = evaluate(network, asWeights, { image: { data, shape: maps.shape } });
  return y!.data.reduce((sum, value, i) => sum + value * slope.data[i]!, 0);
}
