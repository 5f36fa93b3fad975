import { describe, expect, it } from 'vitest';
import { halfToFloat, readHalves, writeHalves } from './half.js';

const ALL = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits);

const written = (...values: number[]): number[] => {
  const out = new Uint16Array(values.length);
  writeHalves(Float32Array.from(values), out);
  return [...out];
};

describe('half precision', () => {
  it('comes back bit for bit, every value of it', () => {
    const floats = new Float32Array(ALL.length);
    readHalves(ALL, floats);
    expect(floats).toEqual(halfToFloat(ALL));
    const back = new Uint16Array(ALL.length);
    writeHalves(floats, back);
    const differ = [...ALL].filter((bits) => back[bits] !== bits);
    // All ways to write NaN become one.
    expect(differ.every((bits) => (bits & 0x7fff) > 0x7c00)).toBe(true);
    expect(differ.every((bits) => Number.isNaN(floats[bits]))).toBe(true);
    expect(back[0x7c01]).toBe(0x7e00);
  });

  it('rounds to the nearest, ties to even, between any two neighbours', () => {
    const floats = halfToFloat(ALL);
    for (let bits = 0; bits < 0x7bff; bits++) {
      const [low, high] = [floats[bits]!, floats[bits + 1]!];
      const middle = (low + high) / 2;
      const even = bits % 2 ? bits + 1 : bits;
      const below = Math.max(low, middle - (high - low) / 1000);
      const above = Math.min(high, middle + (high - low) / 1000);
      expect(written(below, middle, above, -middle)).toEqual([bits, even, bits + 1, even | 0x8000]);
    }
  });

  it('becomes infinite from half a step above the largest on', () => {
    expect(written(65504, 65519.996, 65520, 1e30, Number.POSITIVE_INFINITY)).toEqual([
      0x7bff, 0x7bff, 0x7c00, 0x7c00, 0x7c00,
    ]);
    expect(written(-1e30, 0, -0, 2 ** -25, 2 ** -26)).toEqual([0xfc00, 0, 0x8000, 0, 0]);
  });
});
