/**
 * Counter-based random numbers: a stream is a function of (seed, purpose, counters) alone, so there is no generator
 * state to save and the order in which streams are opened changes nothing. Arithmetic is limited to integers,
 * + - * / and sqrt, so every engine gives the same numbers to the last bit.
 */
export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  uniform(): number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** Uniform integer in [0, count). */
  integer(count: number): number;
  /** Standard normal. */
  normal(): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** One element of a non-empty list. */
  pick<T>(list: readonly T[]): T;
}

/** Opens the stream of (seed, purpose, counters). */
export function createRandom(seed: number, purpose: string, ...counters: number[]): Random {
  let low = mix(0x9e3779b9, seed | 0);
  let high = mix(0x85ebca6b, Math.floor(seed / 4294967296));
  const absorb = (value: number): void => {
    low = mix(low, value | 0);
    high = mix(high ^ low, Math.floor(value / 4294967296));
  };
  for (let i = 0; i < purpose.length; i++) absorb(purpose.charCodeAt(i));
  for (const counter of counters) absorb(counter);

  let index = 0;
  let spare: number | undefined;
  const uniform = (): number => {
    index = (index + 1) | 0;
    return mix(mix(low, index), high) / 4294967296;
  };
  return {
    uniform,
    between: (from, to) => from + (to - from) * uniform(),
    integer: (count) => Math.floor(uniform() * count),
    chance: (probability) => uniform() < probability,
    pick: (list) => list[Math.floor(uniform() * list.length)]!,
    normal() {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      for (;;) {
        const u = 2 * uniform() - 1;
        const v = 2 * uniform() - 1;
        const s = u * u + v * v;
        if (s >= 1 || s === 0) continue;
        const factor = Math.sqrt((-2 * naturalLog(s)) / s);
        spare = v * factor;
        return u * factor;
      }
    },
  };
}

/** A permutation of 0..count-1 from the stream. */
export function shuffledIndices(count: number, random: Random): Int32Array {
  const order = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const j = random.integer(i + 1);
    order[i] = order[j]!;
    order[j] = i;
  }
  return order;
}

/** A 32-bit finaliser (two multiply-xorshift rounds) over a pair of words. */
function mix(a: number, b: number): number {
  let h = Math.imul(a ^ (a >>> 15), 0x2c1b3c6d) ^ Math.imul(b ^ 0x68e31da4, 0x297a2d39);
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}

const LN2 = Math.LN2;

/** ln x for 0 < x < 1 by halving and the atanh series; Math.log may differ between engines. */
function naturalLog(x: number): number {
  let exponent = 0;
  while (x < 0.75) {
    x *= 2;
    exponent--;
  }
  const t = (x - 1) / (x + 1);
  const square = t * t;
  let term = t;
  let sum = t;
  for (let n = 3; n < 27; n += 2) {
    term *= square;
    sum += term / n;
  }
  return 2 * sum + exponent * LN2;
}
