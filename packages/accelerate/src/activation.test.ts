import { hasBackend, startBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kernel, values, withGuards } from '../test/heap.js';
import { type AcceleratedWasm, accelerateWasm } from './accelerate-wasm.js';

/** Complementary error function in double precision: a series near 0, a continued fraction further out. */
function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  if (x > 2) {
    let fraction = x;
    for (let n = 80; n >= 1; n--) fraction = x + n / 2 / fraction;
    return Math.exp(-x * x) / (fraction * Math.sqrt(Math.PI));
  }
  let term = x;
  let sum = x;
  for (let n = 1; n < 80; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return 1 - (2 / Math.sqrt(Math.PI)) * sum;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const cdf = (x: number): number => erfc(-x / Math.SQRT2) / 2;
const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
const ramp = (x: number): number => Math.min(6, Math.max(0, x + 3)) / 6;
const between = (x: number): number => (x > -3 && x < 3 ? 1 : 0);

type Exact = (x: number) => number;

/** Function, and the error allowed in units of 2^-24: relative to the value, plus the third times max(1, |x|). */
const forward: readonly [string, Exact, number, number, object?][] = [
  ['Exp', Math.exp, 3, 0],
  ['Tanh', Math.tanh, 4, 0],
  ['Erf', (x) => 1 - erfc(x), 5, 0],
  ['Softplus', (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), 4, 0],
  ['Gelu', (x) => x * cdf(x), 8, 2],
  ['Silu', (x) => x * sigmoid(x), 6, 0],
  ['HardSigmoid', ramp, 3, 1],
  ['HardSwish', (x) => x * ramp(x), 4, 3],
  ['LeakyRelu', (x) => (x > 0 ? x : Math.fround(0.3) * x), 1, 0, { alpha: 0.3 }],
];

const backward: readonly [string, Exact, number, object?][] = [
  ['Gelu', (x) => cdf(x) + x * density(x), 12],
  ['Silu', (x) => sigmoid(x) * (1 + x * (1 - sigmoid(x))), 12],
  ['HardSigmoid', (x) => between(x) / 6, 2],
  ['HardSwish', (x) => (x >= 3 ? 1 : between(x) * (x / 3 + 0.5)), 4],
  ['LeakyRelu', (x) => (x > 0 ? 1 : 0.3), 2, { alpha: 0.3 }],
  ['Relu', (x) => (x > 0 ? 1 : 0), 0],
  ['Relu6', (x) => (x > 0 && x <= 6 ? 1 : 0), 0],
  ['ClipByValue', (x) => (x >= -1 && x <= 2 ? 1 : 0), 0, { clipValueMin: -1, clipValueMax: 2 }],
];

/** A walk over several ranges, kinks included. */
const inputs = (count: number): Float32Array =>
  values(3, count).map((v, i) => [v, 4 * v, 12 * v, Math.round(6 * v), 60 * v][i % 5]!);

describe.skipIf(!hasBackend('wasm')).each([true, false])('activations, relaxed %s', (relaxed) => {
  let accelerated: AcceleratedWasm;
  beforeAll(async () => {
    await startBackend('wasm');
    accelerated = await accelerateWasm({ relaxed });
  });
  afterAll(() => accelerated.undo());

  it.each(forward)('%s', async (name, exact, relative, absolute, attrs = {}) => {
    for (const count of [1, 2, 3, 4, 7, 2003]) {
      const x = inputs(count);
      const tensor = tf.tensor(x);
      const broken = await withGuards(async () => {
        const [y] = await kernel(name, { x: tensor }, attrs);
        y!.forEach((value, i) => {
          const right = exact(x[i]!);
          const unit = relative * Math.abs(right) + absolute * Math.max(1, Math.abs(x[i]!));
          // Below the smallest normal number there are fewer digits.
          expect(Math.abs(value - right)).toBeLessThanOrEqual(unit * 2 ** -24 + 2 ** -125);
        });
      });
      expect(broken).toBe(0);
      tensor.dispose();
    }
  });

  it.each(backward)('%sGrad', async (name, slope, bound, attrs = {}) => {
    for (const count of [1, 2, 3, 5, 8, 2003]) {
      const x = inputs(count);
      const dy = values(4, count);
      const tensors = { dy: tf.tensor(dy), x: tf.tensor(x) };
      const broken = await withGuards(async () => {
        const [dx] = await kernel(`${name}Grad`, tensors, attrs);
        dx!.forEach((value, i) => {
          const right = dy[i]! * slope(x[i]!);
          const unit = bound * Math.abs(dy[i]!) * Math.max(1, Math.abs(slope(x[i]!)));
          expect(Math.abs(value - right)).toBeLessThanOrEqual(unit * 2 ** -24);
        });
      });
      expect(broken).toBe(0);
      tf.dispose(tensors);
    }
  });

  it('knows infinities, NaN and the ends of the range', async () => {
    const infinite = Number.POSITIVE_INFINITY;
    const x = tf.tensor([infinite, -infinite, Number.NaN, 88.7, 89, -103, -105, 0]);
    const run = async (name: string): Promise<number[]> =>
      Array.from((await kernel(name, { x }, {}))[0]!);
    const exp = await run('Exp');
    expect([exp[0], exp[1], exp[2], exp[4], exp[6], exp[7]]).toEqual([
      ...[infinite, 0, Number.NaN, infinite, 0, 1],
    ]);
    expect(exp[3]! / Math.exp(Math.fround(88.7))).toBeCloseTo(1, 6);
    expect(exp[5]).toBeCloseTo(1.4e-45, 45);
    expect(await run('Tanh')).toEqual([1, -1, Number.NaN, 1, 1, -1, -1, 0]);
    expect(await run('Erf')).toEqual([1, -1, Number.NaN, 1, 1, -1, -1, 0]);
    const softplus = await run('Softplus');
    expect(softplus.slice(0, 3)).toEqual([infinite, 0, Number.NaN]);
    const [dx] = await kernel('ReluGrad', { dy: tf.ones([8]), x }, {});
    expect(Array.from(dx!)).toEqual([1, 0, 0, 1, 1, 0, 0, 0]);
    x.dispose();
  });

  it('leaves what it does not know to tfjs', async () => {
    const leaky = tf.leakyRelu(tf.tensor1d([-2, 3]), 1.5);
    expect(await leaky.data()).toEqual(Float32Array.of(-3, 3));
    leaky.dispose();
  });
});
