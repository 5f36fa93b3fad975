import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairwiseSum } from './pairwise-sum.js';

// Sums by NumPy 2.4 of n ones of which the second is 2**53: each length takes another way through the blocks.
const BY_NUMPY: [number, number][] = [
  [7, 9007199254740992],
  [8, 9007199254740998],
  [16, 9007199254741006],
  [20, 9007199254741008],
  [128, 9007199254741104],
  [129, 9007199254741112],
  [1000, 9007199254741978],
];

describe('pairwiseSum', () => {
  it.each(BY_NUMPY)('adds %i numbers in the order of NumPy', (count, sum) => {
    const values = Float64Array.from({ length: count }, (_, i) => (i === 1 ? 2 ** 53 : 1));
    expect(pairwiseSum(values, 0, count)).toBe(sum);
  });

  it('adds any part of a list', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 400 }), fc.nat(50), (values, start) => {
        const count = Math.max(0, values.length - start);
        const expected = values.slice(start).reduce((a, b) => a + b, 0);
        expect(pairwiseSum(values, start, count)).toBe(expected);
      }),
    );
  });
});
