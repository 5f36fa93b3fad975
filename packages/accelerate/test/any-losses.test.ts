import { hasBackend, startBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AnyMaps, anyMaps } from '../../kd-losses/test/any-maps.js';
import { everyLoss, findNaN, tensorsOf } from '../../kd-losses/test/every-loss.js';
import { accelerateWasm } from '../src/accelerate-wasm.js';
import { withGuards } from './heap.js';

/** Every loss of kd-losses and hhd-align in every form, with the kernels that replace their compositions. */
describe.skipIf(!hasBackend('wasm')).each([true, false])('losses, relaxed %s', (relaxed) => {
  let undo: () => void;
  beforeAll(async () => {
    await startBackend('wasm');
    ({ undo } = await accelerateWasm({ relaxed }));
  });
  afterAll(() => undo());

  const namesOfNaN = async (name: string, drawn: AnyMaps): Promise<string[]> => {
    const tensors = tensorsOf(drawn);
    const found = await findNaN(everyLoss[name]!(tensors));
    const { maps, points, weights } = tensors;
    tf.dispose([...maps, ...points, ...(weights ? [weights] : [])]);
    return found;
  };

  it.each(Object.keys(everyLoss))('no finite input gives NaN: %s', async (name) => {
    await fc.assert(
      fc.asyncProperty(anyMaps, async (drawn) => {
        expect(await namesOfNaN(name, drawn)).toEqual([]);
      }),
      { numRuns: 100, seed: 20261121 },
    );
  });

  it('NaN and infinity write over nothing', async () => {
    const strange = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 1];
    const fill = (length: number, step: number): Float32Array =>
      Float32Array.from({ length }, (_, i) => strange[(i * step) % 5]!);
    const all = (value: number) => (length: number) => new Float32Array(length).fill(value);
    const kinds = [all(Number.NaN), all(Number.POSITIVE_INFINITY), (n: number) => fill(n, 1)];
    const sizes = { batch: 2, height: 3, width: 5, keypoints: 2 };
    for (const student of kinds)
      for (const teacher of kinds) {
        const maps = [student(60), teacher(60), fill(60, 3)] as const;
        const points = [fill(8, 2), fill(8, 1)] as const;
        const drawn = { sizes, maps, points, weights: Float32Array.of(0, 1, 1, 0) };
        const broken = await withGuards(async () => {
          for (const name of Object.keys(everyLoss)) await namesOfNaN(name, drawn);
        });
        expect(broken).toBe(0);
      }
  });
});
