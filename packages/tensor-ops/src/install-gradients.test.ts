import { startBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { installGradients } from './install-gradients.js';

/** Whether a kernel name has a gradient now. */
const has = (kernelName: string): boolean => (tf.getGradient(kernelName) as unknown) !== undefined;

describe('installGradients', () => {
  beforeAll(() => startBackend('cpu'));

  it('does nothing on import', () => {
    expect(has(tf.Square)).toBe(false);
    expect(has(tf.Conv2D)).toBe(false);
  });

  it('makes tf.grad work, says what it did, and takes it back', async () => {
    const gradients = installGradients();
    const gradient = tf.grad((x) => tf.square(x))(tf.scalar(3));
    expect(gradient).toBeInstanceOf(tf.Tensor);
    expect([...(await gradient.data())]).toEqual([6]);
    expect(gradients.installed).toContain(tf.Square);
    expect(gradients.installed).toEqual([...gradients.installed].sort());
    expect(gradients.installed.every(has)).toBe(true);
    const replaced = gradients.replaced.map((each) => each.kernel);
    expect(new Set(replaced).size).toBe(replaced.length);
    expect(replaced).toEqual(expect.arrayContaining([tf.Conv2D, tf.MaxPool, tf.ResizeBilinear]));
    expect(gradients.replaced.every((each) => each.why.length > 10)).toBe(true);
    gradients.undo();
    expect([...gradients.installed, ...replaced].some(has)).toBe(false);
    expect(() => tf.grad((x) => tf.square(x))(tf.scalar(3))).toThrow(/gradient function not found/);
  });

  it('is the same when called again, and can be undone once', () => {
    const first = installGradients();
    expect(installGradients()).toBe(first);
    first.undo();
    const second = installGradients();
    expect(second).not.toBe(first);
    first.undo();
    expect(has(tf.Square)).toBe(true);
    second.undo();
    expect(has(tf.Square)).toBe(false);
  });

  it('stays in force when tfjs registers its own later, which comes back in the end', async () => {
    const gradients = installGradients();
    const flip = (x: tf.Tensor): tf.Tensor => tf.mirrorPad(x, [[1, 1]], 'reflect');
    const right = await tf
      .grad(flip)(tf.tensor1d([1, 2, 3]))
      .data();
    const stock = (await import('@tensorflow/tfjs-layers')) && tf.getGradient(tf.MirrorPad);
    expect([...right]).toEqual([1, 3, 1]);
    expect(
      await tf
        .grad(flip)(tf.tensor1d([1, 2, 3]))
        .data(),
    ).toEqual(right);
    expect(tf.getGradient(tf.MirrorPad)).not.toBe(stock);
    gradients.undo();
    expect(tf.getGradient(tf.MirrorPad)).toBe(stock);
    expect([
      ...(await tf
        .grad(flip)(tf.tensor1d([1, 2, 3]))
        .data()),
    ]).toEqual([1, 1, 1]);
    for (const name of [...gradients.installed, ...gradients.replaced.map((r) => r.kernel)]) {
      if (has(name)) tf.unregisterGradient(name);
    }
  });

  it('keeps what is registered, replaces what is wrong, and puts it back', () => {
    const mine = { kernelName: tf.Square, gradFunc: () => ({}) };
    const wrong = { kernelName: tf.MirrorPad, gradFunc: () => ({}) };
    tf.registerGradient(mine);
    tf.registerGradient(wrong);
    const gradients = installGradients();
    expect(tf.getGradient(tf.Square)).toBe(mine);
    expect(tf.getGradient(tf.MirrorPad)).not.toBe(wrong);
    expect(gradients.installed).not.toContain(tf.Square);
    expect(gradients.installed).not.toContain(tf.MirrorPad);
    gradients.undo();
    expect(tf.getGradient(tf.Square)).toBe(mine);
    expect(tf.getGradient(tf.MirrorPad)).toBe(wrong);
    tf.unregisterGradient(tf.Square);
    tf.unregisterGradient(tf.MirrorPad);
  });
});
