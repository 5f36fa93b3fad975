import { describe, expect, it } from 'vitest';
import {
  activation,
  batchNorm,
  complexity,
  conv2d,
  convTranspose2d,
  defineNetwork,
  globalAveragePool,
  input,
  layerNorm,
  linear,
  matmul,
  maxPool,
  mul,
  relu,
  softmax,
  type Value,
} from './index.js';

const image = input('image', { height: 8, width: 6, channels: 4 });

describe('complexity', () => {
  const x = conv2d(image, { name: 'c', channels: 6, kernel: 3, padding: 1 });
  const y = relu(batchNorm(x, { name: 'n' }));
  const depthwise = conv2d(y, { name: 'g', channels: 6, kernel: 3, groups: 6, bias: false });
  const up = convTranspose2d(maxPool(depthwise, { kernel: 2 }), {
    name: 'd',
    channels: 5,
    kernel: 4,
    strides: 2,
    padding: 1,
    bias: false,
  });
  const output = linear(globalAveragePool(up), { name: 'l', channels: 3 });
  const network = defineNetwork({ inputs: [image], outputs: { output } });
  const [c, g, d, l] = [48 * 6 * 9 * 4, 6 * 4 * 6 * 9, 3 * 2 * 16 * 6 * 5, 5 * 3];

  it('counts by hand', () => {
    expect(complexity(network).total).toBe(c + g + d + l);
    const pooled = 6 * 4 * 6 + 6 * 4 * 5;
    expect(complexity(network, 'mmcv').total).toBe(
      c + g + d + l + 48 * 6 + 2 * 48 * 6 + 48 * 6 + pooled,
    );
    expect(complexity(network, 'park').total).toBe(2 * (c + g + 4 * d + l + 2 * 48 * 6 + 48 * 6));
    expect(complexity(network, 'true').total).toBe(complexity(network, 'mmcv').total);
  });

  it('counts trained parameters, shared ones once', () => {
    const own = 9 * 4 * 6 + 6 + 12 + 9 * 6 + 16 * 6 * 5 + 5 * 3 + 3;
    expect(complexity(network).parameters).toBe(own);
    const again = conv2d(image, {
      name: 'again',
      channels: 6,
      kernel: 3,
      parameterNames: { weight: 'c.weight', bias: 'c.bias' },
    });
    const shared = complexity(defineNetwork({ inputs: [image], outputs: { output, again } }));
    expect(shared.parameters).toBe(own);
    expect(shared.total).toBe(c + g + d + l + 6 * 4 * 6 * 9 * 4);
  });

  it('counts only what tables count', () => {
    const counts = (output: Value): number[] =>
      (['macs', 'mmcv', 'park', 'true'] as const).map(
        (counter) =>
          complexity(defineNetwork({ inputs: [image], outputs: { output } }), counter).total,
      );
    const elements = 8 * 6 * 4;
    for (const which of ['relu', 'relu6', 'leakyRelu'] as const)
      expect(counts(activation(image, which))).toEqual([0, elements, 2 * elements, elements]);
    for (const which of ['gelu', 'sigmoid', 'hardSwish', 'softplus'] as const)
      expect(counts(activation(image, which))).toEqual([0, 0, 0, 0]);
    const scores = matmul(image, layerNorm(image, { name: 'n' }), { name: 'p', transposeB: true });
    const attended = matmul(softmax(scores), image, { name: 'a' });
    const products = 2 * 8 * 6 * 6 * 4;
    expect(counts(mul([attended, image], { name: 'm' }))).toEqual([0, 0, 0, products]);
  });

  it('splits the total over the layers', () => {
    const { layers, total } = complexity(network, 'mmcv');
    expect(layers.reduce((sum, { count }) => sum + count, 0)).toBe(total);
    expect(layers.find(({ name }) => name === 'n')).toEqual({
      name: 'n',
      op: 'batchNorm',
      shape: [8, 6, 6],
      parameters: 12,
      count: 2 * 48 * 6,
    });
  });
});
