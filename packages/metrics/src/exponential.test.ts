import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exponential } from './exponential.js';

const BITS = 1300n;
const ONE = 1n << BITS;

/** How far y is from e^x (x from -690 to 0), in units in the last place, by whole numbers of 1300 binary places. */
function error(x: number, y: number): number {
  // The series of e^|x| after halving the argument, squared again as often.
  const halvings = 12n;
  const argument = fixed(-x) >> halvings;
  let term = ONE;
  let sum = ONE;
  for (let n = 1n; term > 0n; n++) {
    term = ((term * argument) >> BITS) / n;
    sum += term;
  }
  for (let i = 0n; i < halvings; i++) sum = (sum * sum) >> BITS;
  const result = (ONE * ONE) / sum;
  const lastPlace = 1n << BigInt(result.toString(2).length - 53);
  return Math.abs(Number(((fixed(y) - result) * 1000000n) / lastPlace)) / 1000000;
}

/** The double in units of 2^-1300. */
function fixed(y: number): bigint {
  const [digits, exponent] = split(y);
  return (digits << BITS) >> BigInt(-exponent);
}

/** The double as a whole number times a power of two. */
function split(y: number): [bigint, number] {
  let exponent = 0;
  let value = y;
  while (!Number.isInteger(value)) {
    value *= 2;
    exponent--;
  }
  return [BigInt(value), exponent];
}

describe('exponential', () => {
  it('is within 0.6 units in the last place', () => {
    fc.assert(
      fc.property(fc.double({ min: -690, max: 0, noNaN: true }), (x) => {
        // Steps of 2^-60 keep the exact arithmetic of the check short.
        const rounded = Math.abs(x) < 1e-15 ? 0 : x;
        expect(error(rounded, exponential(rounded))).toBeLessThan(0.6);
      }),
      { numRuns: 300 },
    );
  });

  it('is exact at the ends', () => {
    expect(exponential(0)).toBe(1);
    expect(exponential(-0)).toBe(1);
    expect(exponential(-746)).toBe(0);
    expect(exponential(-Infinity)).toBe(0);
    expect(exponential(-1e-300)).toBe(1);
    expect(exponential(Number.NaN)).toBeNaN();
  });

  it('reaches the smallest numbers', () => {
    expect(exponential(-745.1)).toBe(2 ** -1074);
    expect(exponential(-740) / Math.exp(-740)).toBeCloseTo(1, 2);
    expect(exponential(-708.5)).toBeCloseTo(Math.exp(-708.5), 320);
  });

  it('never rises as its argument falls', () => {
    fc.assert(
      fc.property(fc.double({ min: -745, max: 0, noNaN: true }), (x) => {
        expect(exponential(x * (1 + 1e-14))).toBeLessThanOrEqual(exponential(x));
      }),
    );
  });
});
