import {
  backend_util,
  Concat,
  Slice,
  SplitV,
  slice_util,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import { rawAddressOf, sizeOf } from './heap.js';
import type { Kernel, KernelCall } from './kernel.js';

/** tfjs's own copy the whole input out of the heap for each slice, or run by run in JavaScript. */

/** Cuts the box of shape `size` at `begin` out of x. */
function cut(
  call: KernelCall,
  x: TensorInfo,
  begin: readonly number[],
  size: readonly number[],
): TensorInfo {
  const result = call.output(size, x.dtype);
  if (sizeOf(size) === 0) return result;
  // Axes taken whole at the end belong to the runs, so that few axes are left to step through.
  let axes = x.shape.length;
  while (axes > 0 && size[axes - 1] === x.shape[axes - 1]) axes--;
  const inner = sizeOf(x.shape.slice(axes)) * util.bytesPerElement(x.dtype);
  const axis = axes - 1;
  if (axis < 0) {
    copy(call, x, 0, result, 0, 1, inner, 0, 0);
    return result;
  }
  // Strides in bytes; a run lies along `axis`, and the axis before it is done by one call.
  const strides = x.shape.map((_, i) => inner * sizeOf(x.shape.slice(i + 1, axes)));
  const run = size[axis]! * inner;
  const blocks = axis > 0 ? size[axis - 1]! : 1;
  const blockStride = axis > 0 ? strides[axis - 1]! : 0;
  const outer = size.slice(0, Math.max(0, axis - 1));
  const start = begin.reduce((sum, at, i) => (i < axes ? sum + at * strides[i]! : sum), 0);
  const count = sizeOf(outer);
  for (let box = 0; box < count; box++) {
    let rest = box;
    let from = start;
    for (let i = outer.length - 1; i >= 0; i--) {
      from += (rest % outer[i]!) * strides[i]!;
      rest = Math.floor(rest / outer[i]!);
    }
    copy(call, x, from, result, box * blocks * run, blocks, run, blockStride, run);
  }
  return result;
}

function copy(
  { native, backend }: KernelCall,
  from: TensorInfo,
  fromOffset: number,
  to: TensorInfo,
  toOffset: number,
  ...steps: [blocks: number, bytes: number, fromStep: number, toStep: number]
): void {
  const source = rawAddressOf(backend, from) + fromOffset;
  native.copyBlocks(source, rawAddressOf(backend, to) + toOffset, ...steps);
}

/** tfjs's Slice. */
export const slice: Kernel = {
  name: Slice,
  run: (call) => {
    const { x } = call.inputs as { x: TensorInfo };
    if (x.dtype === 'string' && call.previous) return call.previous(call);
    const { begin, size } = call.attrs as { begin: number | number[]; size: number | number[] };
    const [from, extent] = slice_util.parseSliceParams(x, begin, size);
    slice_util.assertParamsValid(
      x as Parameters<typeof slice_util.assertParamsValid>[0],
      from!,
      extent!,
    );
    return cut(call, x, from!, extent!);
  },
};

/** tfjs's SplitV, behind tf.split and tf.unstack. */
export const splitV: Kernel = {
  name: SplitV,
  run: (call) => {
    const { x } = call.inputs as { x: TensorInfo };
    if (x.dtype === 'string' && call.previous) return call.previous(call);
    const { numOrSizeSplits, axis } = call.attrs as {
      numOrSizeSplits: number | number[];
      axis: number;
    };
    const [along] = util.parseAxisParam(axis, x.shape) as [number];
    const sizes = backend_util.prepareSplitSize(
      x as Parameters<typeof backend_util.prepareSplitSize>[0],
      numOrSizeSplits,
      along,
    );
    let position = 0;
    return sizes.map((length) => {
      const begin = x.shape.map((_, i) => (i === along ? position : 0));
      position += length;
      return cut(
        call,
        x,
        begin,
        x.shape.map((extent, i) => (i === along ? length : extent)),
      );
    });
  },
};

/** tfjs's Concat. */
export const concat: Kernel = {
  name: Concat,
  run: (call) => {
    const list = call.inputs as unknown as TensorInfo[];
    const first = list[0]!;
    if (first.dtype === 'string' && call.previous) return call.previous(call);
    const [axis] = util.parseAxisParam(call.attrs.axis as number, first.shape) as [number];
    const shapes = list.map(({ shape }) => shape);
    backend_util.assertParamsConsistent(shapes, axis);
    const shape = backend_util.computeOutShape(shapes, axis);
    const result = call.output(shape, first.dtype);
    const blocks = sizeOf(shape.slice(0, axis));
    const bytesOf = (part: readonly number[]): number =>
      sizeOf(part.slice(axis)) * util.bytesPerElement(first.dtype);
    let offset = 0;
    for (const tensor of list) {
      const bytes = bytesOf(tensor.shape);
      if (bytes > 0) copy(call, tensor, 0, result, offset, blocks, bytes, bytes, bytesOf(shape));
      offset += bytes;
    }
    return result;
  },
};
