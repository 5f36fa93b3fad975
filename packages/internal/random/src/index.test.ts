import { fileURLToPath } from 'node:url';
import { findChromium, runInChromium } from '@pose-distill/internal-testing/chromium';
import { describe, expect, it } from 'vitest';
import { createRandom, shuffledIndices } from './index.js';
import draw from './random.browser.js';

const draws = (count: number, take: () => number): number[] => Array.from({ length: count }, take);
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('createRandom', () => {
  it('is a function of seed, purpose and counters', () => {
    const first = (...key: [number, string, ...number[]]): number => createRandom(...key).uniform();
    expect(first(1, 'a', 2, 3)).toBe(first(1, 'a', 2, 3));
    const others = [
      first(2, 'a', 2, 3),
      first(1, 'b', 2, 3),
      first(1, 'a', 3, 2),
      first(1, 'a', 2),
    ];
    expect(new Set([first(1, 'a', 2, 3), ...others]).size).toBe(5);
    expect(first(2 ** 40, 'a')).not.toBe(first(2 ** 41, 'a'));
  });

  it('draws uniform numbers: moments, and 64 equal cells by chi square', () => {
    const random = createRandom(7, 'uniform');
    const values = draws(100_000, random.uniform);
    expect(mean(values)).toBeCloseTo(0.5, 2);
    expect(mean(values.map((value) => value * value))).toBeCloseTo(1 / 3, 2);
    const cells = new Array<number>(64).fill(0);
    for (const value of values) cells[Math.floor(64 * value)]! += 1;
    const expected = values.length / 64;
    const chi = cells.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 63 degrees of freedom: mean 63, deviation 11.2; five deviations.
    expect(chi).toBeLessThan(63 + 5 * 11.2);
  });

  it('draws first numbers of neighbouring streams without correlation', () => {
    const firsts = draws(
      20_000,
      (() => {
        let counter = 0;
        return () => createRandom(3, 'stream', counter++).uniform();
      })(),
    );
    const centred = firsts.map((value) => value - 0.5);
    const lagged = mean(centred.slice(1).map((value, i) => value * centred[i]!)) * 12;
    expect(Math.abs(lagged)).toBeLessThan(0.035);
    expect(mean(firsts)).toBeCloseTo(0.5, 1);
  });

  it('draws standard normal numbers', () => {
    const random = createRandom(11, 'normal');
    const values = draws(200_000, random.normal);
    const moment = (power: number): number => mean(values.map((value) => value ** power));
    expect(moment(1)).toBeCloseTo(0, 1);
    expect(moment(2)).toBeCloseTo(1, 1);
    expect(moment(3)).toBeCloseTo(0, 1);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.1);
    const beyond = values.filter((value) => Math.abs(value) > 1.959964).length / values.length;
    expect(beyond).toBeCloseTo(0.05, 2);
  });

  it('shuffles into a permutation, every place alike', () => {
    const counts = new Float64Array(5 * 5);
    for (let i = 0; i < 5000; i++) {
      const order = shuffledIndices(5, createRandom(1, 'order', i));
      expect([...order].sort()).toEqual([0, 1, 2, 3, 4]);
      order.forEach((value, place) => {
        counts[5 * place + value]! += 1;
      });
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(800));
  });

  it.skipIf(!findChromium())('gives the same numbers in Chromium', async () => {
    const page = fileURLToPath(new URL('./random.browser.ts', import.meta.url));
    expect(await runInChromium(page)).toEqual(draw());
  });
});
