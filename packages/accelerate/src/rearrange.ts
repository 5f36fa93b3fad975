import {
  DepthToSpace,
  Reverse,
  StridedSlice,
  slice_util,
  type TensorInfo,
  Tile,
  Transpose,
  util,
} from '@tensorflow/tfjs-core';
import type { Kernel, KernelCall } from './kernel.js';
import { type Axis, isWhole, stepsOf, stridedCopy } from './strided-copy.js';

/** A kernel that only moves values: one regular walk through its input. Other than four-byte types go to the one before. */
function rearrangement(
  name: string,
  walk: (
    x: TensorInfo,
    attrs: KernelCall['attrs'],
  ) => {
    readonly shape: readonly number[];
    readonly start?: number;
    readonly axes: readonly Axis[];
  },
): Kernel {
  return {
    name,
    run: (call): TensorInfo | TensorInfo[] => {
      const { x } = call.inputs as { x: TensorInfo };
      const isWord = x.dtype === 'float32' || x.dtype === 'int32';
      if (!isWord && call.previous) return call.previous(call);
      const { shape, start = 0, axes } = walk(x, call.attrs);
      if (start === 0 && isWhole(x, axes)) {
        call.backend.incRef(x.dataId);
        return { dataId: x.dataId, shape: [...shape], dtype: x.dtype };
      }
      const result = call.output(shape, x.dtype);
      stridedCopy(call, x, start, axes, result);
      return result;
    },
  };
}

/** tfjs's Transpose. */
export const transpose: Kernel = rearrangement(Transpose, (x, attrs) => {
  const perm = attrs.perm as number[];
  const steps = stepsOf(x.shape);
  const axes = perm.map((axis) => ({ extent: x.shape[axis]!, step: steps[axis]! }));
  return { shape: axes.map(({ extent }) => extent), axes };
});

/** tfjs's Tile, also behind tf.broadcastTo. */
export const tile: Kernel = rearrangement(Tile, (x, attrs) => {
  const reps = attrs.reps as number[];
  const steps = stepsOf(x.shape);
  return {
    shape: x.shape.map((extent, axis) => extent * reps[axis]!),
    axes: x.shape.flatMap((extent, axis) => [
      { extent: reps[axis]!, step: 0 },
      { extent, step: steps[axis]! },
    ]),
  };
});

/** tfjs's Reverse: the mirror image along some axes. */
export const reverse: Kernel = rearrangement(Reverse, (x, attrs) => {
  const turned = util.parseAxisParam(attrs.dims as number | number[], x.shape);
  const steps = stepsOf(x.shape);
  const isTurned = (axis: number): boolean => x.shape.length > 0 && turned.includes(axis);
  return {
    shape: x.shape,
    start: x.shape.reduce(
      (sum, extent, axis) => (isTurned(axis) ? sum + (extent - 1) * steps[axis]! : sum),
      0,
    ),
    axes: x.shape.map((extent, axis) => ({
      extent,
      step: isTurned(axis) ? -steps[axis]! : steps[axis]!,
    })),
  };
});

/** tfjs's StridedSlice. */
export const stridedSlice: Kernel = rearrangement(StridedSlice, (x, attrs) => {
  const a = attrs as Record<'begin' | 'end' | 'strides', number[]> &
    Record<'beginMask' | 'endMask' | 'ellipsisMask' | 'newAxisMask' | 'shrinkAxisMask', number>;
  const info = slice_util.sliceInfo(
    x.shape,
    ...([a.begin, a.end, a.strides, a.beginMask, a.endMask] as const),
    ...([a.ellipsisMask, a.newAxisMask, a.shrinkAxisMask] as const),
  );
  const steps = stepsOf(x.shape);
  const extents = slice_util.computeOutShape(info.begin, info.end, info.strides);
  return {
    shape: info.finalShape,
    start: info.begin.reduce((sum, at, axis) => sum + at * steps[axis]!, 0),
    axes: extents.map((extent, axis) => ({ extent, step: steps[axis]! * info.strides[axis]! })),
  };
});

/** tfjs's DepthToSpace. */
export const depthToSpace: Kernel = rearrangement(DepthToSpace, (x, attrs) => {
  const { blockSize, dataFormat } = attrs as { blockSize: number; dataFormat: 'NHWC' | 'NCHW' };
  const last = dataFormat === 'NHWC';
  const [b, h, w, c] = (last ? x.shape : [x.shape[0], x.shape[2], x.shape[3], x.shape[1]]) as [
    number,
    number,
    number,
    number,
  ];
  const depth = c / (blockSize * blockSize);
  const [height, width] = [h * blockSize, w * blockSize];
  // Channel (row, column, depth) of pixel (y, x) becomes pixel (y, row, x, column).
  const [image, rows, columns, channel] = last
    ? [h * w * c, w * c, c, 1]
    : [c * h * w, w, 1, h * w];
  const space: Axis[] = [
    { extent: h, step: rows! },
    { extent: blockSize, step: blockSize * depth * channel! },
    { extent: w, step: columns! },
    { extent: blockSize, step: depth * channel! },
  ];
  const channels: Axis = { extent: depth, step: channel! };
  const images: Axis = { extent: b, step: image! };
  return {
    shape: last ? [b, height, width, depth] : [b, depth, height, width],
    axes: last ? [images, ...space, channels] : [images, channels, ...space],
  };
});
