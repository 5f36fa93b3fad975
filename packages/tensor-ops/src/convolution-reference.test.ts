import {
  forEachBackend,
  largestDifference,
  largestMagnitude,
} from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import { makeInput } from '../test/gradient-cases.js';
import type { ConvolutionAttributes, Padding, Pair } from './convolution-geometry.js';
import {
  conv2dBackpropFilterReference,
  conv2dBackpropInputReference,
  depthwiseConv2dBackpropFilterReference,
  depthwiseConv2dBackpropInputReference,
} from './convolution-reference.js';
import { registerFallbackKernels } from './fallback-kernels.js';
import { runKernel } from './kernels.js';

// float32 sums of at most a few hundred products of values below 1.5.
const TOLERANCE = 2e-6;

interface Case {
  readonly x: readonly [number, number, number, number];
  readonly filter: readonly [number, number, number, number];
  readonly strides: Pair;
  readonly pad: Padding;
  readonly dilations: Pair;
}

const pads: Padding[] = [
  'same',
  'valid',
  1,
  [
    [0, 0],
    [0, 2],
    [1, 0],
    [0, 0],
  ],
];
const cases: Case[] = [];
for (const pad of pads) {
  for (const strides of [1, 2, [1, 3]] as Pair[]) {
    for (const kernel of [
      [1, 1],
      [3, 3],
      [4, 2],
    ] as const) {
      cases.push({ x: [2, 7, 6, 3], filter: [...kernel, 3, 5], strides, pad, dilations: 1 });
    }
  }
  cases.push({ x: [3, 8, 9, 2], filter: [3, 3, 2, 4], strides: 1, pad, dilations: [2, 1] });
}
// Padding wider than the kernel: some outputs see padding only.
cases.push({ x: [2, 4, 5, 2], filter: [2, 2, 2, 3], strides: 2, pad: 3, dilations: 1 });

/** The definition, in double precision: every product of the convolution, given to both gradients. */
function byDefinition(
  each: Case,
  depthwise: boolean,
  x: ArrayLike<number>,
  filter: ArrayLike<number>,
  makeDy: (shape: [number, number, number, number]) => ArrayLike<number>,
): {
  dy: ArrayLike<number>;
  shape: [number, number, number, number];
  dx: Float64Array;
  dFilter: Float64Array;
} {
  const [batch, height, width, channels] = each.x;
  const [kernelHeight, kernelWidth, , last] = each.filter;
  const info = tf.backend_util.computeConv2DInfo(
    [...each.x],
    [...each.filter],
    each.strides,
    each.dilations,
    each.pad,
    undefined,
    depthwise,
  );
  const outputs = depthwise ? channels * last : last;
  const shape: [number, number, number, number] = [batch, info.outHeight, info.outWidth, outputs];
  const dy = makeDy(shape);
  const dx = new Float64Array(x.length);
  const dFilter = new Float64Array(filter.length);
  let d = 0;
  for (let b = 0; b < batch; b++) {
    for (let r = 0; r < info.outHeight; r++) {
      for (let c = 0; c < info.outWidth; c++) {
        for (let o = 0; o < outputs; o++, d++) {
          for (let i = 0; i < kernelHeight; i++) {
            const row = r * info.strideHeight - info.padInfo.top + i * info.dilationHeight;
            for (let j = 0; j < kernelWidth; j++) {
              const column = c * info.strideWidth - info.padInfo.left + j * info.dilationWidth;
              if (row < 0 || row >= height || column < 0 || column >= width) continue;
              const from = depthwise ? Math.floor(o / last) : 0;
              const to = depthwise ? from + 1 : channels;
              for (let k = from; k < to; k++) {
                const xAt = ((b * height + row) * width + column) * channels + k;
                const tap = (i * kernelWidth + j) * channels + k;
                const filterAt = tap * last + (depthwise ? o % last : o);
                dx[xAt]! += dy[d]! * filter[filterAt]!;
                dFilter[filterAt]! += dy[d]! * x[xAt]!;
              }
            }
          }
        }
      }
    }
  }
  return { dy, shape, dx, dFilter };
}

forEachBackend((backend) => {
  describe.each(['conv2d', 'depthwiseConv2d'] as const)('composed gradients of %s', (op) => {
    it.each(
      cases.map((each) => [JSON.stringify(each), each] as const),
    )('%s', async (_, original) => {
      const depthwise = op === 'depthwiseConv2d';
      const { filter: full } = original;
      const each: Case = depthwise
        ? { ...original, filter: [full[0], full[1], full[2], (full[3] % 2) + 1] }
        : original;
      const before = tf.memory().numTensors;
      const x = makeInput({ shape: each.x }, 0) as tf.Tensor4D;
      const filter = makeInput({ shape: each.filter }, 1) as tf.Tensor4D;
      const expected = byDefinition(each, depthwise, await x.data(), await filter.data(), (shape) =>
        makeInput({ shape }, 2).dataSync(),
      );
      const dy = tf.tensor4d(Float32Array.from(expected.dy), expected.shape);
      const attributes: ConvolutionAttributes = each;
      const dx = depthwise
        ? depthwiseConv2dBackpropInputReference(dy, filter, x.shape, attributes)
        : conv2dBackpropInputReference(dy, filter, x.shape, attributes);
      const dFilter = depthwise
        ? depthwiseConv2dBackpropFilterReference(x, dy, filter.shape, attributes)
        : conv2dBackpropFilterReference(x, dy, filter.shape, attributes);
      expect(dx.shape).toEqual(x.shape);
      expect(dFilter.shape).toEqual(filter.shape);
      const scale = Math.max(largestMagnitude(expected.dx), largestMagnitude(expected.dFilter), 1);
      expect(largestDifference(await dx.data(), expected.dx)).toBeLessThan(TOLERANCE * scale);
      expect(largestDifference(await dFilter.data(), expected.dFilter)).toBeLessThan(
        TOLERANCE * scale,
      );
      tf.dispose([x, filter, dy, dx, dFilter]);
      expect(tf.memory().numTensors).toBeLessThanOrEqual(before + 1);
    });
  });

  describe('registerFallbackKernels', () => {
    const names = [
      tf.Conv2DBackpropInput,
      tf.Conv2DBackpropFilter,
      tf.DepthwiseConv2dNativeBackpropInput,
      tf.DepthwiseConv2dNativeBackpropFilter,
      tf.Einsum,
      tf.UnsortedSegmentSum,
    ];
    let undo = () => {};
    afterEach(() => undo());

    it('adds exactly what the backend lacks and takes it out again', () => {
      const lacking = names.filter((name) => tf.getKernel(name, backend) === undefined);
      const fallback = registerFallbackKernels(backend);
      undo = fallback.undo;
      expect([...fallback.registered].sort()).toEqual([...lacking].sort());
      const corrected = fallback.corrected.map(({ kernel }) => kernel);
      expect(corrected.includes(tf.GatherV2)).toBe(backend === 'wasm');
      expect(corrected.includes(tf.Cumprod)).toBe(false);
      expect(registerFallbackKernels(backend)).toMatchObject({ registered: [], corrected: [] });
      const now = tf.getKernel(tf.GatherV2, backend).kernelFunc;
      fallback.undo();
      for (const name of fallback.registered) expect(tf.getKernel(name, backend)).toBeUndefined();
      expect(tf.getKernel(tf.GatherV2, backend).kernelFunc === now).toBe(backend !== 'wasm');
    });

    it('leaves a kernel alone that replaced it since', () => {
      tf.registerBackend('replaced-later', () => tf.backend());
      const fallback = registerFallbackKernels('replaced-later');
      const name = tf.Conv2DBackpropFilter;
      expect(fallback.registered).toContain(name);
      tf.unregisterKernel(name, 'replaced-later');
      const kernelFunc = tf.getKernel(tf.Add, backend).kernelFunc;
      tf.registerKernel({ kernelName: name, backendName: 'replaced-later', kernelFunc });
      fallback.undo();
      expect(tf.getKernel(name, 'replaced-later').kernelFunc).toBe(kernelFunc);
      tf.unregisterKernel(name, 'replaced-later');
    });

    it('gives kernels that compute the composition and leave nothing behind', async () => {
      undo = registerFallbackKernels(backend).undo;
      const x = makeInput({ shape: [2, 5, 4, 2] }, 0) as tf.Tensor4D;
      const dy = makeInput({ shape: [2, 3, 2, 3] }, 1) as tf.Tensor4D;
      const attributes: ConvolutionAttributes & { filterShape: number[] } = {
        strides: 2,
        pad: 'same',
        dataFormat: 'NHWC',
        filterShape: [3, 3, 2, 3],
      };
      const before = tf.memory().numTensors;
      const [byKernel] = runKernel(tf.Conv2DBackpropFilter, { x, dy }, attributes);
      const composed = conv2dBackpropFilterReference(x, dy, [3, 3, 2, 3], attributes);
      expect(tf.memory().numTensors).toBe(before + 2);
      expect(largestDifference(await byKernel!.data(), await composed.data())).toBeLessThan(1e-5);
    });
  });

  it('refuses NCHW with a message that says what to do', () => {
    const t = tf.zeros([1, 2, 3, 3]) as tf.Tensor4D;
    const attributes: ConvolutionAttributes = { strides: 1, pad: 'same', dataFormat: 'NCHW' };
    expect(() => conv2dBackpropFilterReference(t, t, [1, 1, 2, 2], attributes)).toThrow(/NHWC/);
  });
});
