import { hasBackend, largestDifference, startBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kernel, values, withGuards } from '../test/heap.js';
import { type AcceleratedWasm, accelerateWasm } from './accelerate-wasm.js';

/** The divergence of two maps and both gradients in double precision. */
function divergence(student: readonly number[], teacher: readonly number[], scale: number) {
  const logs = (map: readonly number[]): number[] => {
    const scaled = map.map((value) => value * scale);
    const most = Math.max(...scaled);
    const sum = scaled.reduce((all, value) => all + Math.exp(value - most), 0);
    return scaled.map((value) => value - most - Math.log(sum));
  };
  const [logQ, logP] = [logs(student), logs(teacher)];
  const value = logP.reduce((sum, log, i) => sum + Math.exp(log) * (log - logQ[i]!), 0);
  return {
    value,
    dStudent: logP.map((log, i) => (Math.exp(logQ[i]!) - Math.exp(log)) * scale),
    dTeacher: logP.map((log, i) => Math.exp(log) * (log - logQ[i]! - value) * scale),
  };
}

describe.skipIf(!hasBackend('wasm')).each([true, false])('pixels, relaxed %s', (relaxed) => {
  let accelerated: AcceleratedWasm;
  beforeAll(async () => {
    await startBackend('wasm');
    accelerated = await accelerateWasm({ relaxed });
  });
  afterAll(() => accelerated.undo());

  it.each([
    [1, 1],
    [3, 2],
    [2, 7],
    [4, 63],
    [5, 192],
    [3, 1221],
  ])('PixelKl of %i maps of %i pixels', async (maps, cells) => {
    const rows = (seed: number, spread: number): number[][] =>
      Array.from({ length: maps }, (_, m) =>
        Array.from(values(seed + m, cells), (value) => Math.fround(spread * value)),
      );
    const [ours, theirs] = [rows(3, 4), rows(30, 6)];
    const scale = Array.from({ length: maps }, (_, m) => Math.fround([0.5, 0, 1.25][m % 3]!));
    const inputs = {
      student: tf.tensor2d(ours),
      teacher: tf.tensor2d(theirs),
      scales: tf.tensor1d(scale),
    };
    const factor = 0.75;
    const exact = ours.map((map, m) => divergence(map, theirs[m]!, scale[m]!));
    const all = (key: 'dStudent' | 'dTeacher'): number[] =>
      exact.flatMap((one) => one[key].map((value) => value * factor));
    const broken = await withGuards(async () => {
      for (const detachTeacher of [false, true]) {
        const attributes = { factor, limit: 1e30, detachTeacher };
        const [value, dStudent, dTeacher] = await kernel('PixelKl', inputs, attributes);
        const total = factor * exact.reduce((sum, one) => sum + one.value, 0);
        expect(Math.abs(value![0]! - total)).toBeLessThanOrEqual(2e-6 * Math.max(total, 1e-3));
        expect(largestDifference(dStudent!, all('dStudent'))).toBeLessThan(4e-7);
        if (detachTeacher) expect(dTeacher).toBeUndefined();
        else expect(largestDifference(dTeacher!, all('dTeacher'))).toBeLessThan(1e-6);
      }
    });
    expect(broken).toBe(0);
    tf.dispose(inputs);
  });

  it('PixelKl stays finite for the largest numbers', async () => {
    const inputs = {
      student: tf.tensor2d([[3e38, -3e38, 0, 1, 2]]),
      teacher: tf.tensor2d([[-3e38, 3e38, 2e38, 0, 5]]),
      scales: tf.tensor1d([10]),
    };
    const attributes = { factor: 1, limit: 1e30, detachTeacher: false };
    const [value, dStudent, dTeacher] = await kernel('PixelKl', inputs, attributes);
    // Q is all on the first pixel, P on the next two.
    const near = (got: ArrayLike<number>, expected: readonly number[], unit: number): void =>
      expect(largestDifference(got, expected) / unit).toBeLessThan(1e-6);
    near(value!, [1.5e30], 1.5e30);
    near(dStudent!, [10, -5, -5, 0, 0], 10);
    near(dTeacher!, [0, 2.5e30, -2.5e30, 0, 0], 2.5e30);
    tf.dispose(inputs);
  });
});
