import { largestDifference, largestMagnitude } from '@pose-distill/internal-testing';
import { complexity, foldBatchNorm } from '@pose-distill/network';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../network/test/evaluate.js';
import { referenceCases } from '../test/reference-cases.js';

/** The stored answers are doubles rounded to float32, and so are the weights of a folded network. */
const ROUNDING = 1e-6;

describe.each(referenceCases())('$name in double precision', (reference) => {
  const { network, weights, image, expected } = reference;
  const inputs = { image: { data: Float64Array.from(image.data), shape: image.shape } };

  it.each([
    ['as written', { network, weights }],
    ['with batch norm folded', foldBatchNorm(network, weights)],
  ])('%s equals PyTorch at every stored point', (_, given) => {
    const outputs = evaluate(given.network, given.weights, inputs);
    for (const [name, { data, shape }] of Object.entries(expected)) {
      expect(outputs[name]!.shape).toEqual(shape);
      const difference = largestDifference(outputs[name]!.data, data);
      expect(difference / largestMagnitude(data)).toBeLessThan(ROUNDING);
    }
  });

  it('uses every stored parameter', () => {
    const numbers = Object.values(weights).reduce((sum, { length }) => sum + length, 0);
    const states = network.parameters.filter(({ kind }) => kind === 'state');
    const own = states.reduce((sum, { shape }) => sum + shape[0]!, 0);
    expect(complexity(network).parameters).toBe(numbers - own);
  });
});
