import { conv2d, defineNetwork, initialise, input, type Network } from '@pose-distill/network';
import { describe, expect, it } from 'vitest';
import { initialWeights } from './initial.js';

const image = input('image', { height: 8, width: 8, channels: 3 });
const networkOf = (keypoints: number, name = 'stem'): Network => {
  const stem = conv2d(image, { name, channels: 4, kernel: 3 });
  const heatmaps = conv2d(stem, { name: 'head', channels: keypoints });
  return defineNetwork({ inputs: [image], outputs: { heatmaps } });
};

describe('initialWeights', () => {
  const network = networkOf(5);
  const drawn = initialise(network, 1);

  it('draws from the seed without a model', () => {
    const { weights, taken } = initialWeights(network, 1);
    expect(weights).toEqual(drawn);
    expect(taken).toEqual([]);
  });

  it('takes what has its name and shape, as copies', () => {
    const other = networkOf(7);
    const theirs = initialise(other, 2);
    const {
      weights,
      taken,
      drawn: rest,
    } = initialWeights(network, 1, { network: other, weights: theirs });
    expect(taken).toEqual(['stem.weight', 'stem.bias']);
    expect(rest).toEqual(['head.weight', 'head.bias']);
    expect(weights['stem.weight']).toEqual(theirs['stem.weight']);
    expect(weights['stem.weight']).not.toBe(theirs['stem.weight']);
    expect(weights['head.weight']).toEqual(drawn['head.weight']);
  });

  it('refuses a model of which nothing fits', () => {
    const other = networkOf(7, 'other');
    const model = { network: other, weights: initialise(other, 2) };
    expect(() => initialWeights(network, 1, model)).toThrowError(
      expect.objectContaining({
        code: 'BAD_MODEL',
        message: expect.stringMatching(/None of.*4.*same network/),
      }),
    );
  });
});
