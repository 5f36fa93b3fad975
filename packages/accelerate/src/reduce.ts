import { backend_util, Max, Mean, Sum, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { addressOf, sizeOf, withScratch } from './heap.js';
import type { Kernel, KernelCall } from './kernel.js';

/** Axes that lie side by side (those of extent 1 aside): x seen as `[outer, count, inner]`, summed over the middle. */
interface Middle {
  readonly outer: number;
  readonly count: number;
  readonly inner: number;
}

function middleOf(shape: readonly number[], axes: readonly number[]): Middle | undefined {
  const reduced = axes.filter((axis) => shape[axis] !== 1);
  const first = Math.min(shape.length, ...reduced);
  const last = Math.max(-1, ...reduced);
  for (let axis = first; axis <= last; axis++) {
    if (shape[axis] !== 1 && !reduced.includes(axis)) return undefined;
  }
  return {
    outer: sizeOf(shape.slice(0, first)),
    count: sizeOf(shape.slice(first, last + 1)),
    inner: sizeOf(shape.slice(Math.max(first, last + 1))),
  };
}

/** Reduces neighbouring axes where the values lie; tfjs transposes them first. */
function reduction(
  name: string,
  reduce: (call: KernelCall, from: number, to: number, middle: Middle) => void,
): Kernel {
  return {
    name,
    run: (call): TensorInfo | TensorInfo[] => {
      const { x } = call.inputs as { x: TensorInfo };
      const { keepDims } = call.attrs as { keepDims?: boolean };
      const axis = (call.attrs.axis ?? call.attrs.reductionIndices) as number | number[];
      const axes = util.parseAxisParam(axis, x.shape);
      const middle = middleOf(x.shape, axes);
      const isEmpty = name === Max && sizeOf(x.shape) === 0;
      if ((x.dtype !== 'float32' || middle === undefined || isEmpty) && call.previous) {
        return call.previous(call);
      }
      const [shape] = backend_util.computeOutAndReduceShapes(x.shape, axes);
      const result = call.output(keepDims ? backend_util.expandShapeToKeepDim(shape, axes) : shape);
      if (sizeOf(shape) > 0) {
        const from = addressOf(call.backend, x, 'x');
        reduce(call, from, addressOf(call.backend, result, 'output'), middle!);
      }
      return result;
    },
  };
}

function sumInto(
  { backend, native }: KernelCall,
  from: number,
  to: number,
  { outer, count, inner }: Middle,
  factor: number,
): void {
  if (inner === 1) {
    native.sumRows(from, to, outer, count, factor);
    return;
  }
  const bytes = 16 * inner;
  withScratch(backend, 3 * bytes, (scratch) =>
    native.sumMiddle(from, to, outer, count, inner, factor, scratch, scratch + bytes),
  );
}

/** tfjs's Sum. */
export const sum: Kernel = reduction(Sum, (call, from, to, middle) =>
  sumInto(call, from, to, middle, 1),
);

/** tfjs's Mean; over height and width it is global average pooling. */
export const mean: Kernel = reduction(Mean, (call, from, to, middle) =>
  sumInto(call, from, to, middle, 1 / middle.count),
);

/** tfjs's Max; NaN where there is one. */
export const max: Kernel = reduction(Max, ({ native }, from, to, { outer, count, inner }) => {
  if (inner === 1) native.largestOfRows(from, to, outer, count);
  else native.largestOfMiddle(from, to, outer, count, inner);
});
