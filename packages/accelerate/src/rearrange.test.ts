import { hasBackend, startBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kernel, values, wasmBackend, withGuards } from '../test/heap.js';
import { type AcceleratedWasm, accelerateWasm } from './accelerate-wasm.js';

const size = tf.util.sizeFromShape;

/** The values of a grid of shape `shape`, each taken from where `source` says. */
function arranged(
  x: Float32Array,
  from: readonly number[],
  shape: readonly number[],
  source: (place: number[]) => number[],
): number[] {
  return Array.from({ length: size([...shape]) }, (_, flat) => {
    let rest = flat;
    const place = shape.map(() => 0);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place[axis] = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    return x[source(place).reduce((at, index, axis) => at * from[axis]! + index, 0)]!;
  });
}

describe.skipIf(!hasBackend('wasm')).each([true, false])('rearranging, relaxed %s', (relaxed) => {
  let accelerated: AcceleratedWasm;
  beforeAll(async () => {
    await startBackend('wasm');
    accelerated = await accelerateWasm({ relaxed });
  });
  afterAll(() => accelerated.undo());

  async function check(
    name: string,
    shape: number[],
    attrs: object,
    out: number[],
    source: (place: number[]) => number[],
  ): Promise<void> {
    const x = values(7, size(shape));
    const tensor = tf.tensor(x, shape);
    const broken = await withGuards(async () => {
      const [result] = await kernel(name, { x: tensor }, attrs);
      expect(Array.from(result!)).toEqual(arranged(x, shape, out, source));
    });
    expect(broken).toBe(0);
    tensor.dispose();
  }

  it.each([
    [
      [5, 7],
      [1, 0],
    ],
    [
      [3, 65, 17],
      [0, 2, 1],
    ],
    [
      [3, 70, 130],
      [0, 2, 1],
    ],
    [
      [3, 2, 13],
      [0, 2, 1],
    ],
    [
      [3, 13, 2],
      [0, 2, 1],
    ],
    [
      [3, 13, 3],
      [0, 2, 1],
    ],
    [
      [2, 9, 4, 6],
      [0, 2, 1, 3],
    ],
    [
      [2, 9, 4, 6],
      [3, 1, 0, 2],
    ],
    [
      [2, 3, 5, 7],
      [3, 2, 1, 0],
    ],
    [
      [2, 1, 5, 1, 3],
      [4, 3, 0, 1, 2],
    ],
    [
      [2, 3, 4, 2, 5, 3],
      [0, 1, 3, 2, 5, 4],
    ],
    [
      [1, 3, 1, 4],
      [1, 0, 2, 3],
    ],
    [[6], [0]],
  ])('Transpose [%s] to [%s]', (shape, perm) => {
    const inverse = perm.map((_, axis) => perm.indexOf(axis));
    const out = perm.map((axis) => shape[axis]!);
    return check('Transpose', shape, { perm }, out, (place) => inverse.map((axis) => place[axis]!));
  });

  it.each([
    [
      [2, 1, 1, 9],
      [1, 3, 5, 1],
    ],
    [
      [2, 3],
      [4, 1],
    ],
    [
      [2, 3],
      [2, 5],
    ],
    [
      [3, 1, 2, 1],
      [2, 3, 2, 6],
    ],
    [[1], [40]],
    [
      [2, 3],
      [1, 1],
    ],
  ])('Tile [%s] by [%s]', (shape, reps) =>
    check(
      'Tile',
      shape,
      { reps },
      shape.map((extent, axis) => extent * reps[axis]!),
      (place) => place.map((index, axis) => index % shape[axis]!),
    ));

  it.each([
    [[2, 5, 7, 3], [2]],
    [
      [2, 5, 7, 3],
      [1, -1],
    ],
    [[9], [0]],
    [[3, 4], []],
  ])('Reverse [%s] along [%s]', (shape, dims) => {
    const turned = dims.map((axis) => (axis < 0 ? axis + shape.length : axis));
    return check('Reverse', shape, { dims }, shape, (place) =>
      place.map((index, axis) => (turned.includes(axis) ? shape[axis]! - 1 - index : index)),
    );
  });

  it.each([
    [
      [2, 7, 8, 3],
      [0, 1, 0, 0],
      [2, 7, 8, 3],
      [1, 2, 3, 1],
    ],
    [[11], [9], [0], [-2]],
    [
      [4, 6],
      [3, 5],
      [0, 1],
      [-1, -2],
    ],
  ])('StridedSlice [%s] from [%s] to [%s] by [%s]', (shape, begin, end, strides) => {
    const masks = {
      ...{ beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 },
    };
    const out = shape.map((_, axis) => Math.ceil((end[axis]! - begin[axis]!) / strides[axis]!));
    return check('StridedSlice', shape, { begin, end, strides, ...masks }, out, (place) =>
      place.map((index, axis) => begin[axis]! + index * strides[axis]!),
    );
  });

  it('StridedSlice knows the masks', async () => {
    const x = tf.tensor(values(8, 60), [3, 4, 5]);
    const first = tf.stridedSlice(x, [1, 0, 0], [2, 4, 5], [1, 2, 2], 0, 0, 0, 0, 1);
    expect(first.shape).toEqual([2, 3]);
    const exact = arranged(values(8, 60), [3, 4, 5], [2, 3], ([a, b]) => [1, 2 * a!, 2 * b!]);
    expect(Array.from(await first.data())).toEqual(exact);
    const empty = tf.stridedSlice(x, [2, 0, 0], [1, 4, 5], [1, 1, 1]);
    expect(empty.size).toBe(0);
    tf.dispose([x, first, empty]);
  });

  it.each([
    [[2, 3, 4, 8], 2],
    [[1, 2, 5, 9], 3],
    [[2, 3, 2, 36], 2],
  ] as const)('DepthToSpace [%s] by %d, both layouts', async (shape, blockSize) => {
    const [b, h, w, c] = shape;
    const depth = c / blockSize ** 2;
    const channelOf = (y: number, x: number, d: number): number =>
      ((y % blockSize) * blockSize + (x % blockSize)) * depth + d;
    const [height, width] = [h * blockSize, w * blockSize];
    const pixel = (index: number): number => Math.floor(index / blockSize);
    await check(
      'DepthToSpace',
      [...shape],
      { blockSize, dataFormat: 'NHWC' },
      [b, height, width, depth],
      ([i, y, x, d]) => [i!, pixel(y!), pixel(x!), channelOf(y!, x!, d!)],
    );
    await check(
      'DepthToSpace',
      [b, c, h, w],
      { blockSize, dataFormat: 'NCHW' },
      [b, depth, height, width],
      ([i, d, y, x]) => [i!, channelOf(y!, x!, d!), pixel(y!), pixel(x!)],
    );
  });

  it('shares the values where nothing moves, keeps int32, and leaves bool to tfjs', async () => {
    const { dataIdMap } = wasmBackend();
    const address = (t: tf.Tensor): number => dataIdMap.get(t.dataId).memoryOffset;
    const x = tf.tensor(values(9, 12), [1, 3, 4]);
    const same = tf.transpose(x, [1, 0, 2]);
    expect(same.shape).toEqual([3, 1, 4]);
    expect(address(same)).toBe(address(x));
    x.dispose();
    expect(await same.data()).toEqual(values(9, 12));
    const whole = tf.transpose(tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3], 'int32'));
    expect(await whole.data()).toEqual(Int32Array.of(1, 4, 2, 5, 3, 6));
    const flags = tf.transpose(tf.tensor2d([1, 1, 0, 0], [2, 2], 'bool'));
    expect(await flags.data()).toEqual(Uint8Array.of(1, 0, 1, 0));
    expect(tf.transpose(tf.zeros([0, 3])).shape).toEqual([3, 0]);
  });
});
