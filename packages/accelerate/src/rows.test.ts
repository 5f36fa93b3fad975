import { hasBackend, largestDifference, startBackend } from '@pose-distill/internal-testing';
import { installGradients } from '@pose-distill/tensor-ops';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kernel, values, withGuards } from '../test/heap.js';
import { type AcceleratedWasm, accelerateWasm } from './accelerate-wasm.js';

const shapes: readonly (readonly [rows: number, count: number])[] = [
  [1, 1],
  [3, 2],
  [4, 3],
  [2, 4],
  [5, 17],
  [70, 24],
  [3, 273],
  [2, 1030],
  [1, 3071],
];

/** Sum of a function of the columns of a row. */
const over = (count: number, f: (column: number) => number): number => {
  let sum = 0;
  for (let column = 0; column < count; column++) sum += f(column);
  return sum;
};

/** Softmax of each row, in doubles. */
function softmaxOf(x: Float32Array, count: number): Float64Array {
  const y = new Float64Array(x.length);
  for (let at = 0; at < x.length; at += count) {
    const row = x.subarray(at, at + count);
    const most = Math.max(...row);
    const sum = over(count, (column) => Math.exp(row[column]! - most));
    row.forEach((value, column) => {
      y[at + column] = Math.exp(value - most) / sum;
    });
  }
  return y;
}

/** `y (dy - sum of y dy)` of each row, in doubles. */
function softmaxGradientOf(
  count: number,
  dy: Float32Array,
  y: Float32Array | Float64Array,
): Float64Array {
  return Float64Array.from(y, (p, i) => {
    const row = Math.floor(i / count) * count;
    return p * (dy[i]! - over(count, (column) => y[row + column]! * dy[row + column]!));
  });
}

describe.skipIf(!hasBackend('wasm')).each([true, false])('rows, relaxed %s', (relaxed) => {
  let accelerated: AcceleratedWasm;
  beforeAll(async () => {
    await startBackend('wasm');
    accelerated = await accelerateWasm({ relaxed });
  });
  afterAll(() => accelerated.undo());

  it.each(shapes)('SoftmaxGrad, %d rows of %d', async (rows, count) => {
    const dy = values(2, rows * count);
    const logits = values(1, rows * count).map((v) => 8 * v);
    const y = Float32Array.from(softmaxOf(logits, count));
    const inputs = { dy: tf.tensor(dy, [rows, count]), y: tf.tensor(y, [rows, count]) };
    const broken = await withGuards(async () => {
      const [gradient] = await kernel('SoftmaxGrad', inputs, {});
      expect(largestDifference(gradient!, softmaxGradientOf(count, dy, y))).toBeLessThan(2 ** -21);
    });
    expect(broken).toBe(0);
    tf.dispose(inputs);
  });

  it.each(shapes)("tfjs's own softmax with this gradient, %d rows of %d", async (rows, count) => {
    expect(accelerated.kernels).not.toContain('Softmax');
    const x = values(8, rows * count).map((v) => 8 * v + 100);
    const weights = values(9, rows * count);
    const soft = softmaxOf(x, count);
    const installed = installGradients();
    const [logits, dy] = [tf.tensor(x, [rows, count]), tf.tensor(weights, [rows, count])];
    const { value, grad } = tf.valueAndGrad((v) => tf.softmax(v))(logits, dy);
    installed.undo();
    const exact = softmaxGradientOf(count, weights, soft);
    expect(largestDifference(await value.data(), soft)).toBeLessThan(2 ** -20);
    expect(largestDifference(await grad.data(), exact)).toBeLessThan(2 ** -20);
    tf.dispose([logits, dy, value, grad]);
  });

  it.each([
    [[7], [0]],
    [[3, 1030], [1]],
    [
      [2, 9, 7, 17],
      [1, 2],
    ],
    [
      [4, 6, 8],
      [0, 1],
    ],
    [[3, 5, 2], [1]],
    [
      [3, 4, 5],
      [0, 2],
    ],
  ])('Max of [%s] over [%s]', async (shape, axes) => {
    const x = values(3, tf.util.sizeFromShape(shape)).map((v) => v - 2);
    const steps = shape.map((_, axis) => tf.util.sizeFromShape(shape.slice(axis + 1)));
    const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    const exact = new Map<string, number>();
    x.forEach((value, i) => {
      const place = kept.map((axis) => Math.floor(i / steps[axis]!) % shape[axis]!).join();
      exact.set(place, Math.max(exact.get(place) ?? Number.NEGATIVE_INFINITY, value));
    });
    const tensor = tf.tensor(x, shape);
    const broken = await withGuards(async () => {
      const result = tf.max(tensor, axes, true);
      expect(result.shape).toEqual(shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent)));
      expect(Array.from(await result.data())).toEqual([...exact.values()]);
      result.dispose();
    });
    expect(broken).toBe(0);
    tensor.dispose();
    expect(await tf.max(tf.tensor1d([1, Number.NaN, 3])).data()).toEqual(
      Float32Array.of(Number.NaN),
    );
  });

  it.each(shapes)('LayerNorm and its gradient, %d rows of %d', async (rows, count) => {
    const epsilon = 1e-5;
    // A mean far from zero: the variance must not drown in it.
    const x = values(4, rows * count).map((v) => v + 30);
    const dy = values(5, rows * count);
    const gamma = values(6, count).map((v) => v + 1.5);
    const beta = values(7, count);
    const y = new Float64Array(x.length);
    const dx = new Float64Array(x.length);
    const dGamma = new Float64Array(count);
    const dBeta = new Float64Array(count);
    const means: number[] = [];
    const inverses: number[] = [];
    for (let row = 0; row < rows; row++) {
      const at = row * count;
      const mean = over(count, (c) => x[at + c]!) / count;
      const variance = over(count, (c) => (x[at + c]! - mean) ** 2) / count;
      const inverse = 1 / Math.sqrt(variance + epsilon);
      means.push(mean);
      inverses.push(inverse);
      const standard = (c: number): number => (x[at + c]! - mean) * inverse;
      const scaled = (c: number): number => dy[at + c]! * gamma[c]!;
      const viaMean = over(count, scaled) / count;
      const viaDeviation = over(count, (c) => scaled(c) * standard(c)) / count;
      for (let c = 0; c < count; c++) {
        y[at + c] = standard(c) * gamma[c]! + beta[c]!;
        dx[at + c] = (scaled(c) - viaMean - standard(c) * viaDeviation) * inverse;
        dGamma[c]! += dy[at + c]! * standard(c);
        dBeta[c]! += dy[at + c]!;
      }
    }
    const shape = [rows, 1, count];
    const tensors = {
      ...{ x: tf.tensor(x, shape), gamma: tf.tensor(gamma), beta: tf.tensor(beta) },
      ...{ dy: tf.tensor(dy, shape), mean: tf.tensor(means, [rows, 1, 1]) },
      inverseDeviation: tf.tensor(inverses, [rows, 1, 1]),
    };
    const { x: input, gamma: scale, beta: shift, ...rest } = tensors;
    const broken = await withGuards(async () => {
      const forward = { x: input, gamma: scale, beta: shift };
      const [result, mean, inverse] = await kernel('LayerNorm', forward, { epsilon });
      const largest = Math.max(...inverses);
      expect(largestDifference(mean!, means)).toBeLessThan(2 ** -19);
      inverse!.forEach((value, row) => {
        expect(Math.abs(value / inverses[row]! - 1)).toBeLessThan(2 ** -20);
      });
      expect(largestDifference(result!, y)).toBeLessThan(2 ** -20 * Math.max(1, largest));
      // The mean comes in float32: half of its last place is what each value is off by.
      const rounding = 2 ** -20 * Math.max(1, largest);
      const backward = { ...rest, x: input, gamma: scale };
      const [gradient, forGamma, forBeta] = await kernel('LayerNormGrad', backward, {});
      expect(largestDifference(gradient!, dx)).toBeLessThan(4 * largest * rounding);
      expect(largestDifference(forGamma!, dGamma)).toBeLessThan(3 * rows * rounding);
      expect(largestDifference(forBeta!, dBeta)).toBeLessThan(rows * 2 ** -22);
    });
    expect(broken).toBe(0);
    tf.dispose(tensors);
  });
});
