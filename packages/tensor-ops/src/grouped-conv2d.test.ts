import { forEachBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { groupedConv2d } from './grouped-conv2d.js';
import {
  GROUPED_CONV2D,
  GROUPED_CONV2D_BACKPROP_FILTER,
  GROUPED_CONV2D_BACKPROP_INPUT,
} from './kernels.js';

forEachBackend((backend) => {
  const x = (): tf.Tensor4D => tf.ones([1, 4, 5, 4]);
  const filter = (): tf.Tensor4D => tf.ones([3, 3, 2, 6]);

  it('runs the kernels of the backend when they exist', async () => {
    const seen: unknown[] = [];
    const shapes: Record<string, number[]> = {
      [GROUPED_CONV2D]: [1, 2, 3, 6],
      [GROUPED_CONV2D_BACKPROP_INPUT]: [1, 4, 5, 4],
      [GROUPED_CONV2D_BACKPROP_FILTER]: [3, 3, 2, 6],
    };
    const takeOut = Object.entries(shapes).map(([kernelName, shape], i) => {
      tf.registerKernel({
        kernelName,
        backendName: backend,
        kernelFunc: ({ inputs, attrs }) => {
          seen.push([kernelName, Object.keys(inputs).sort().join(), { ...attrs }]);
          return tf.fill(shape, i + 2);
        },
      });
      return () => tf.unregisterKernel(kernelName, backend);
    });
    try {
      const before = tf.memory().numTensors;
      const inputs = [x(), filter()];
      const options = { groups: 2, strides: 2 } as const;
      const f = (...[a, b]: tf.Tensor[]): tf.Tensor =>
        groupedConv2d(a as tf.Tensor4D, b as tf.Tensor4D, options);
      const { value, grads } = tf.valueAndGrads(f as (...t: tf.Tensor[]) => tf.Scalar)(inputs);
      const results = [value, ...grads];
      const first = await Promise.all(results.map(async (t) => (await t.data())[0]));
      expect(first).toEqual([2, 3, 4]);
      const attributes = { groups: 2, strides: [2, 2], pad: 'same', dilations: [1, 1] };
      expect(seen).toEqual([
        [GROUPED_CONV2D, 'filter,x', attributes],
        [GROUPED_CONV2D_BACKPROP_INPUT, 'dy,filter', { ...attributes, inputShape: [1, 4, 5, 4] }],
        [GROUPED_CONV2D_BACKPROP_FILTER, 'dy,x', { ...attributes, filterShape: [3, 3, 2, 6] }],
      ]);
      tf.dispose([...inputs, ...results]);
      expect(tf.memory().numTensors).toBe(before);
    } finally {
      for (const undo of takeOut) undo();
    }
  });

  it.each([
    ['groups that do not fit', () => groupedConv2d(x(), filter(), { groups: 4 }), 'SHAPE_MISMATCH'],
    [
      'outputs that groups do not divide',
      () => groupedConv2d(x(), tf.ones([3, 3, 1, 6]), { groups: 4 }),
      'SHAPE_MISMATCH',
    ],
    ['groups', () => groupedConv2d(x(), filter(), { groups: 1.5 }), 'OUT_OF_RANGE'],
    [
      'strides with dilations',
      () => groupedConv2d(x(), filter(), { groups: 2, strides: 2, dilations: 2 }),
      'OUT_OF_RANGE',
    ],
  ])('refuses wrong %s', (_, call, code) => {
    const before = tf.memory().numTensors;
    expect(() => tf.tidy(call)).toThrow(expect.objectContaining({ code }));
    expect(tf.memory().numTensors).toBe(before);
  });
});
