import * as tf from '@tensorflow/tfjs-core';
import { type CropAttributes, cropAndResizeReference } from './crop-reference.js';
import { einsumReference } from './einsum.js';
import { enlargedPadding, type PoolAttributes, poolInfo } from './pool-geometry.js';

type Inputs = Readonly<Record<string, tf.Tensor>>;
type Attributes = Readonly<Record<string, unknown>>;

/** A kernel of a tfjs backend that gives wrong values for some arguments, and a composition for those. */
export interface CorrectedKernel {
  readonly kernel: string;
  /** Backends that have it wrong. */
  readonly backends: readonly string[];
  readonly why: string;
  readonly isWrong: (inputs: Inputs, attributes: Attributes) => boolean;
  readonly compose: (inputs: Inputs, attributes: Attributes) => tf.Tensor;
}

/** Rows of all batch entries lie in one list, and each entry's indices start where its rows do. */
function gatherInBatches(x: tf.Tensor, indices: tf.Tensor, axis: number, batchDims: number) {
  const batch = tf.util.sizeFromShape(x.shape.slice(0, batchDims));
  const outer = tf.util.sizeFromShape(x.shape.slice(batchDims, axis));
  const rows = x.shape[axis]!;
  const inner = tf.util.sizeFromShape(x.shape.slice(axis + 1));
  const picks = indices.size / batch;
  const starts = tf.mul(tf.range(0, batch, 1, 'int32'), tf.scalar(rows, 'int32'));
  const from = tf.add(tf.reshape(indices, [batch, picks]), tf.reshape(starts, [batch, 1]));
  const rowsFirst = tf.transpose(tf.reshape(x, [batch, outer, rows, inner]), [0, 2, 1, 3]);
  const list = tf.reshape(rowsFirst, [batch * rows, outer * inner]);
  const picked = tf.gather(list, tf.reshape(from, [batch * picks]) as tf.Tensor1D);
  const back = tf.transpose(tf.reshape(picked, [batch, picks, outer, inner]), [0, 2, 1, 3]);
  return tf.reshape(back, [
    ...x.shape.slice(0, axis),
    ...indices.shape.slice(batchDims),
    ...x.shape.slice(axis + 1),
  ]);
}

const gather: CorrectedKernel = {
  kernel: tf.GatherV2,
  backends: ['wasm'],
  why: 'wrong with batchDims',
  isWrong: ({ x }, { batchDims = 0 }) => batchDims !== 0 && x!.dtype !== 'string',
  compose: ({ x, indices }, attributes) => {
    const { axis, batchDims } = attributes as { axis: number; batchDims: number };
    const along = tf.util.parseAxisParam(axis, x!.shape)[0]!;
    const leading = batchDims < 0 ? batchDims + indices!.shape.length : batchDims;
    return gatherInBatches(x!, indices!, along, leading);
  },
};

type Pool = (
  x: tf.Tensor4D,
  size: [number, number],
  strides: [number, number],
  pad: never,
) => tf.Tensor;

/** Windows that rounding up pushed over the edge, with that much more padding instead. */
const roundedPool = (kernel: string, pool: Pool): CorrectedKernel => ({
  kernel,
  backends: ['wasm'],
  why: 'leaves the rows that rounding up adds unwritten',
  isWrong: (_, { dimRoundingMode }) => dimRoundingMode === 'ceil' || dimRoundingMode === 'round',
  compose: ({ x }, attributes) => {
    const given = attributes as unknown as PoolAttributes;
    const info = poolInfo(x as tf.Tensor4D, given);
    return pool(
      x as tf.Tensor4D,
      [info.filterHeight, info.filterWidth],
      [info.strideHeight, info.strideWidth],
      enlargedPadding(info) as never,
    );
  },
});

type Cumulative = (x: tf.Tensor, axis: number, exclusive: boolean) => tf.Tensor;

const reversedCumulation = (kernel: string, op: Cumulative): CorrectedKernel => ({
  kernel,
  backends: ['webgpu'],
  why: 'a reversed one keeps the program of the first length',
  isWrong: (_, { reverse }) => reverse === true,
  compose: ({ x }, attributes) => {
    const { axis, exclusive } = attributes as { axis: number; exclusive: boolean };
    const along = tf.util.parseAxisParam(axis, x!.shape);
    return tf.reverse(op(tf.reverse(x!, along), axis, exclusive), along);
  },
});

const crop: CorrectedKernel = {
  kernel: tf.CropAndResize,
  backends: ['wasm', 'webgl', 'webgpu'],
  why: 'rounding pushes the last row and column outside; on wasm also wrong for boxes that leave the image',
  isWrong: () => true,
  compose: ({ image, boxes, boxInd }, attributes) =>
    cropAndResizeReference(
      image as tf.Tensor4D,
      boxes as tf.Tensor2D,
      boxInd as tf.Tensor1D,
      attributes as unknown as CropAttributes,
    ),
};

const einsum: CorrectedKernel = {
  kernel: tf.Einsum,
  backends: ['cpu', 'wasm', 'webgl', 'webgpu'],
  why: 'forgets an operand without a summed letter when the other one is summed',
  isWrong: (_, { equation }) => {
    const [left, out] = (equation as string).split('->') as [string, string];
    const operands = left.split(',');
    const isSummed = (operand: string): boolean =>
      [...operand.trim()].some((letter) => !out.includes(letter));
    return operands.some(isSummed) && !operands.every(isSummed);
  },
  compose: (inputs, { equation }) => einsumReference(equation as string, Object.values(inputs)),
};

export const correctedKernels: readonly CorrectedKernel[] = [
  crop,
  einsum,
  gather,
  roundedPool(tf.MaxPool, tf.maxPool),
  roundedPool(tf.AvgPool, tf.avgPool),
  reversedCumulation(tf.Cumsum, tf.cumsum),
  reversedCumulation(tf.Cumprod, tf.cumprod),
];
