import { forEachBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { emaUpdate } from './ema-update.js';
import { flattenTensors, splitTensor } from './flat.js';

forEachBackend(() => {
  it('puts tensors in one row and takes them apart again', async () => {
    const tensors = [
      tf.tensor([1, 2, 3, 4, 5, 6], [2, 3]),
      tf.scalar(7),
      tf.tensor([8, 9], [1, 2, 1]),
    ];
    const before = tf.memory().numTensors;
    const flat = flattenTensors(tensors);
    expect([...(await flat.data())]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const parts = splitTensor(
      flat,
      tensors.map((t) => t.shape),
    );
    expect(tf.memory().numTensors).toBe(before + 4);
    for (const [i, part] of parts.entries()) {
      expect(part.shape).toEqual(tensors[i]!.shape);
      expect([...(await part.data())]).toEqual([...(await tensors[i]!.data())]);
    }
  });

  it('gives a result of its own for a single tensor', async () => {
    const only = tf.tensor1d([1, 2]);
    const flat = flattenTensors([only]);
    only.dispose();
    expect([...(await flat.data())]).toEqual([1, 2]);
    const [part] = splitTensor(flat, [[2]]);
    flat.dispose();
    expect([...(await part!.data())]).toEqual([1, 2]);
  });

  it('refuses an empty list and shapes that do not fill the row', () => {
    const error = expect.objectContaining({ code: 'SHAPE_MISMATCH' });
    expect(() => flattenTensors([])).toThrow(error);
    expect(() => splitTensor(tf.tensor1d([1, 2, 3]), [[2]])).toThrow(error);
    expect(() => splitTensor(tf.tensor1d([1, 2, 3]), [[2], [2]])).toThrow(error);
  });

  it('averages towards the value, with a number and with a tensor', async () => {
    const [average, value] = [tf.tensor1d([1, 4]), tf.tensor1d([2, 0])];
    expect([...(await emaUpdate(average, value, 0.75).data())]).toEqual([1.25, 3]);
    expect([...(await emaUpdate(average, value, tf.scalar(0.5)).data())]).toEqual([1.5, 2]);
    expect([...(await average.data())]).toEqual([1, 4]);
    const wrong = () => emaUpdate(average, tf.tensor1d([1]), 0.5);
    expect(wrong).toThrow(expect.objectContaining({ code: 'SHAPE_MISMATCH' }));
  });
});
