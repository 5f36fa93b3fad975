import { forEachBackend, largestDifference } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { gradientError } from '../test/finite-differences.js';
import { mapOf, tensorOfMaps } from '../test/maps.js';
import { plainWindow } from '../test/plain-alignment.js';
import { AlignError, cropWindows } from './index.js';
import { windowCells, windowSides } from './window-cells.js';
import { gradientStrategy, windowGradient } from './window-gradient.js';

const numbered = (width: number, height: number) => mapOf(width, height, (x, y) => 100 * y + x + 1);

describe('cropWindows', () => {
  forEachBackend((backend) => {
    it('takes the far side of the window for what lies outside the map', async () => {
      // Side 8 at column 1 covers columns -3..4: the missing -3, -2, -1 take columns 4, 3, 2.
      const line = tf.tensor4d([0, 10, 20, 30, 40, 50, 60, 70, 80], [1, 1, 9, 1]);
      const centre = tf.tensor3d([1, 0], [1, 1, 2], 'int32');
      const window = cropWindows(line, centre, { size: { width: 8, height: 1 } });
      expect([...(await window.data())]).toEqual([40, 30, 20, 0, 10, 20, 30, 40]);
    });

    it.each([
      [9, 7, 8, 8],
      [9, 7, 4, 6],
      [9, 7, 5, 3],
      [9, 7, 7, 7],
      [5, 4, 9, 8],
      [1, 1, 3, 2],
      [6, 6, 1, 1],
    ])('cuts a %ix%i map into %ix%i windows at every cell', async (w, h, width, height) => {
      const map = numbered(w, h);
      const centres = map.flatMap((row, y) => row.map((_, x) => ({ x, y })));
      const maps = tensorOfMaps(
        centres.map(() => map),
        centres.length,
      );
      const packed = tf.tensor3d(
        centres.flatMap(({ x, y }) => [x, y]),
        [1, centres.length, 2],
        'int32',
      );
      const windows = cropWindows(maps, packed, { size: { width, height } });
      expect(windows.shape).toEqual([1, centres.length, height, width]);
      const expected = centres.flatMap((centre) => plainWindow(map, centre, width, height).flat());
      expect(largestDifference(await windows.data(), expected)).toBe(0);
    });

    it('adds up what was copied, by both ways of going back', async () => {
      const [batch, keypoints, h, w] = [2, 5, 6, 9];
      const shape = { batch, keypoints, height: h, width: w };
      const at = [0, 0, 8, 5, 0, 5, 8, 0, 4, 3, 1, 4, 7, 1, 2, 2, 6, 5, 3, 0];
      const points = tf.tensor2d(at, [batch * keypoints, 2]);
      const centres = {
        x: tf.slice(points, [0, 0], [10, 1]),
        y: tf.slice(points, [0, 1], [10, 1]),
      };
      for (const size of [1, 4, 5, 6, { width: 3, height: 8 }]) {
        const sides = windowSides(size);
        const { index, exists } = windowCells(centres, sides, shape);
        const values = Float32Array.from({ length: index.shape[0] }, (_, i) => (i % 17) - 5);
        const gradient = tf.mul(tf.tensor1d(values), exists) as tf.Tensor1D;
        const both = (['scatter', 'gather'] as const).map((strategy) =>
          windowGradient(strategy, gradient, index, centres, sides, shape),
        );
        expect(both[0]!.shape).toEqual([batch * keypoints, h * w]);
        expect(largestDifference(await both[0]!.data(), await both[1]!.data())).toBe(0);
        const sum = (data: ArrayLike<number>) => Array.from(data).reduce((a, b) => a + b, 0);
        expect(sum(await both[0]!.data())).toBeCloseTo(sum(await gradient.data()), 3);
      }
      expect(gradientStrategy(backend)).toBe('scatter');
      expect(gradientStrategy('webgl')).toBe('gather');
    });

    it('has the gradient that central differences give, corners included', async () => {
      const corners = tf.tensor3d([0, 0, 4, 0, 0, 5, 4, 5, 2, 2], [1, 5, 2], 'int32');
      const map = mapOf(5, 6, (x, y) => Math.sin(3 * x + 5 * y));
      const maps = tensorOfMaps([map, map, map, map, map], 5);
      for (const size of [3, 4]) {
        const error = await gradientError((x) => cropWindows(x, corners, { size }), maps, 0.01);
        expect(error).toBeLessThan(1e-4);
      }
    });
  });

  it('refuses centres that do not fit the maps', () => {
    const maps = tf.zeros([2, 4, 4, 3]) as tf.Tensor4D;
    expect(() => cropWindows(maps, tf.zeros([2, 3, 1]) as tf.Tensor3D)).toThrow(AlignError);
    expect(() => cropWindows(maps, tf.zeros([2, 3, 1]) as tf.Tensor3D)).toThrow(/\[2,3,2\]/);
    expect(() =>
      cropWindows(
        tf.zeros([2, 4, 4]) as unknown as tf.Tensor4D,
        tf.zeros([2, 3, 2]) as tf.Tensor3D,
      ),
    ).toThrow(AlignError);
  });
});
