import { forEachBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { channelShuffle, pixelShuffle } from './shuffle.js';

const numbers = (shape: [number, number, number, number]): tf.Tensor4D =>
  tf.reshape(
    tf.range(
      0,
      shape.reduce((a, b) => a * b, 1),
    ),
    shape,
  );

forEachBackend(() => {
  it('puts the channels of one pixel where they belong, in both orders', async () => {
    const x = numbers([1, 1, 1, 8]);
    // Two output channels of 2x2 pixels.
    const torch = await pixelShuffle(x, 2).data();
    expect([...torch]).toEqual([0, 4, 1, 5, 2, 6, 3, 7]);
    const tensorflow = await pixelShuffle(x, 2, 'tensorflow').data();
    expect([...tensorflow]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it("is tfjs's depthToSpace in its order", async () => {
    const x = numbers([2, 2, 3, 18]);
    const ours = pixelShuffle(x, 3, 'tensorflow');
    expect(ours.shape).toEqual([2, 6, 9, 2]);
    expect(await ours.data()).toEqual(await tf.depthToSpace(x, 3).data());
  });

  it('shuffles channels, and back', async () => {
    const x = numbers([1, 2, 1, 6]);
    const shuffled = channelShuffle(x, 2);
    expect([...(await shuffled.data())]).toEqual([0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11]);
    expect(await channelShuffle(shuffled, 3).data()).toEqual(await x.data());
  });

  it.each([
    ['factor', () => pixelShuffle(numbers([1, 1, 1, 4]), 0), 'OUT_OF_RANGE'],
    ['order', () => pixelShuffle(numbers([1, 1, 1, 4]), 2, 'x' as 'torch'), 'OUT_OF_RANGE'],
    ['channels', () => pixelShuffle(numbers([1, 1, 1, 6]), 2), 'SHAPE_MISMATCH'],
    ['groups', () => channelShuffle(numbers([1, 1, 1, 6]), 4), 'SHAPE_MISMATCH'],
  ])('refuses wrong %s', (_, call, code) => {
    expect(() => tf.tidy(call)).toThrow(expect.objectContaining({ code }));
  });
});
