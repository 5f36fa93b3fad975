import { hasBackend, largestDifference, startBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kernel, values, withGuards } from '../test/heap.js';
import { type AcceleratedWasm, accelerateWasm } from './accelerate-wasm.js';

type Four = [number, number, number, number];
type Pad = 'same' | 'valid' | number | [number, number][];
type Case = readonly [Four, number | number[], number | number[], Pad, ('floor' | 'ceil')?];

const explicit: [number, number][] = [
  [0, 0],
  [1, 0],
  [0, 2],
  [0, 0],
];

const cases: readonly Case[] = [
  [[2, 6, 8, 8], 2, 2, 'same'],
  [[2, 7, 5, 7], 2, 2, 'same'],
  [[1, 9, 6, 12], 3, 2, 'same'],
  [[3, 5, 7, 5], 3, 2, 1, 'floor'],
  [[2, 6, 4, 3], 3, 2, 1, 'ceil'],
  [[2, 7, 8, 33], 3, 1, 'same'],
  [[2, 8, 5, 1], 2, 3, 'valid'],
  [[1, 6, 7, 4], [2, 3], [1, 2], explicit],
  [[2, 5, 4, 16], [5, 4], 1, 'valid'],
  [[1, 5, 5, 6], 2, 2, 0, 'ceil'],
];

/** Every window as the list of its pixels inside the image, and the flat index of its result. */
function windows(
  [shape, size, stride, pad, rounding]: Case,
  visit: (result: number, pixels: number[]) => void,
): number[] {
  const info = tf.backend_util.computePool2DInfo(
    shape,
    size as number,
    stride as number,
    1,
    pad as 'same',
    rounding,
  );
  const [batch, height, width, channels] = shape;
  let result = 0;
  for (let b = 0; b < batch; b++)
    for (let oy = 0; oy < info.outHeight; oy++)
      for (let ox = 0; ox < info.outWidth; ox++)
        for (let c = 0; c < channels; c++) {
          const pixels: number[] = [];
          for (let ky = 0; ky < info.filterHeight; ky++)
            for (let kx = 0; kx < info.filterWidth; kx++) {
              const y = oy * info.strideHeight + ky - info.padInfo.top;
              const x = ox * info.strideWidth + kx - info.padInfo.left;
              if (y < 0 || x < 0 || y >= height || x >= width) continue;
              pixels.push(((b * height + y) * width + x) * channels + c);
            }
          visit(result++, pixels);
        }
  return info.outShape;
}

describe.skipIf(!hasBackend('wasm')).each([true, false])('pools, relaxed %s', (relaxed) => {
  let accelerated: AcceleratedWasm;
  beforeAll(async () => {
    await startBackend('wasm');
    accelerated = await accelerateWasm({ relaxed });
  });
  afterAll(() => accelerated.undo());

  for (const one of cases) {
    const [shape, filterSize, strides, pad, dimRoundingMode] = one;
    const attrs = { filterSize, strides, pad, dimRoundingMode };
    const name = `[${shape}] by ${filterSize} stride ${strides} pad ${pad} ${dimRoundingMode ?? ''}`;

    it(`MaxPool and its gradient ${name}`, async () => {
      // Few distinct negative values: maxima below zero, and ties.
      const x = values(1, tf.util.sizeFromShape(shape)).map((v) => Math.round(v * 4) / 4 - 1.25);
      const y: number[] = [];
      const first: number[] = [];
      const outShape = windows(one, (result, pixels) => {
        const at = pixels.reduce((best, pixel) => (x[pixel]! > x[best]! ? pixel : best));
        first[result] = at;
        y[result] = x[at]!;
      });
      const dy = values(2, y.length);
      const dx = new Float64Array(x.length);
      first.forEach((at, i) => {
        dx[at]! += dy[i]!;
      });
      const input = tf.tensor(x, shape);
      const output = tf.tensor(y, outShape);
      const upstream = tf.tensor(dy, outShape);
      const broken = await withGuards(async () => {
        expect(Array.from((await kernel('MaxPool', { x: input }, attrs))[0]!)).toEqual(y);
        const [gradient] = await kernel('MaxPoolGrad', { dy: upstream, input, output }, attrs);
        expect(largestDifference(gradient!, dx)).toBeLessThan(2 ** -20);
      });
      expect(broken).toBe(0);
      tf.dispose([input, output, upstream]);
    });

    it(`AvgPool and its gradient ${name}`, async () => {
      const x = values(3, tf.util.sizeFromShape(shape));
      const y: number[] = [];
      const parts: number[][] = [];
      const outShape = windows(one, (result, pixels) => {
        parts[result] = pixels;
        y[result] = pixels.reduce((sum, pixel) => sum + x[pixel]!, 0) / pixels.length;
      });
      const dy = values(4, y.length);
      const dx = new Float64Array(x.length);
      parts.forEach((pixels, i) => {
        for (const pixel of pixels) dx[pixel]! += dy[i]! / pixels.length;
      });
      const input = tf.tensor(x, shape);
      const upstream = tf.tensor(dy, outShape);
      const broken = await withGuards(async () => {
        const [forward] = await kernel('AvgPool', { x: input }, attrs);
        expect(largestDifference(forward!, y)).toBeLessThan(2 ** -21);
        const [gradient] = await kernel('AvgPoolGrad', { dy: upstream, input }, attrs);
        expect(largestDifference(gradient!, dx)).toBeLessThan(2 ** -20);
      });
      expect(broken).toBe(0);
      tf.dispose([input, upstream]);
    });
  }

  it('MaxPool leaves NaN out, as tfjs does, and an all-NaN window breaks nothing', async () => {
    const x = Float32Array.of(Number.NaN, -2, -1, Number.NaN, Number.NaN, -3, -4, Number.NaN);
    const input = tf.tensor(x, [1, 2, 4, 1]);
    const attrs = { filterSize: 2, strides: 2, pad: 'valid' };
    const [y] = await kernel('MaxPool', { x: input }, attrs);
    expect(Array.from(y!)).toEqual([-2, -1]);
    const output = tf.tensor(y!, [1, 1, 2, 1]);
    const dy = tf.tensor([5, 7], [1, 1, 2, 1]);
    const [dx] = await kernel('MaxPoolGrad', { dy, input, output }, attrs);
    expect(Array.from(dx!)).toEqual([0, 5, 7, 0, 0, 0, 0, 0]);
    tf.dispose([input, output, dy]);
  });

  it('refuses a gradient of another shape', () => {
    const input = tf.zeros([1, 4, 4, 2]);
    const attrs = { filterSize: 2, strides: 2, pad: 'valid' } as unknown as tf.NamedAttrMap;
    const inputs = { dy: input, input, output: input };
    expect(() => tf.engine().runKernel('MaxPoolGrad', inputs, attrs)).toThrow(
      /MaxPoolGrad expected dy of shape \[1,2,2,2\], got \[1,4,4,2\]/,
    );
    input.dispose();
  });
});
