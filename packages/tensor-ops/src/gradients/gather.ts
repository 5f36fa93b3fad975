import * as tf from '@tensorflow/tfjs-core';
import { hasKernel } from '../kernels.js';
import type { ReplacedGradient } from './replaced-gradient.js';

/**
 * Rows gathered twice receive twice. Seen as x `[batch, outer, n, inner]` and dy
 * `[batch, outer, m, inner]`, the rows of all batch entries are summed in one go into `batch * n` rows.
 */
function scatterBack(
  x: tf.Tensor,
  indices: tf.Tensor,
  dy: tf.Tensor,
  axis: number,
  batchDims: number,
): tf.Tensor {
  const batch = tf.util.sizeFromShape(x.shape.slice(0, batchDims));
  const outer = tf.util.sizeFromShape(x.shape.slice(batchDims, axis));
  const rows = x.shape[axis]!;
  const inner = tf.util.sizeFromShape(x.shape.slice(axis + 1));
  const picks = indices.size / batch;
  const offsets = tf.mul(tf.range(0, batch, 1, 'int32'), tf.scalar(rows, 'int32'));
  const targets = tf.reshape(
    tf.add(tf.reshape(indices, [batch, picks]), tf.reshape(offsets, [batch, 1])),
    [batch * picks],
  ) as tf.Tensor1D;
  const updates = tf.reshape(
    tf.transpose(tf.reshape(dy, [batch, outer, picks, inner]), [0, 2, 1, 3]),
    [batch * picks, outer * inner],
  );
  const summed = hasKernel(tf.UnsortedSegmentSum)
    ? tf.unsortedSegmentSum(updates, targets, batch * rows)
    : tf.scatterND(tf.reshape(targets, [-1, 1]), updates, [batch * rows, outer * inner]);
  const restored = tf.transpose(tf.reshape(summed, [batch, rows, outer, inner]), [0, 2, 1, 3]);
  return tf.reshape(restored, x.shape);
}

export const gatherGradient: ReplacedGradient = {
  why: 'stock needs a kernel that wasm lacks, and for batchDims ops that the Node build lacks',
  config: {
    kernelName: tf.GatherV2,
    inputsToSave: ['x', 'indices'],
    gradFunc: (dy, saved, attrs) => {
      const [x, indices] = saved as [tf.Tensor, tf.Tensor];
      const { axis, batchDims = 0 } = attrs as unknown as { axis: number; batchDims?: number };
      const wrap = (value: number, rank: number): number => (value < 0 ? value + rank : value);
      const along = wrap(axis, x.shape.length);
      return {
        x: () =>
          scatterBack(x, indices, dy as tf.Tensor, along, wrap(batchDims, indices.shape.length)),
        indices: () => tf.zeros(indices.shape),
      };
    },
  },
};

export const gatherNdGradient: ReplacedGradient = {
  why: 'stock has none',
  config: {
    kernelName: tf.GatherNd,
    inputsToSave: ['params', 'indices'],
    gradFunc: (dy, saved) => {
      const [params, indices] = saved as [tf.Tensor, tf.Tensor];
      return {
        params: () => tf.scatterND(indices, dy as tf.Tensor, params.shape),
        indices: () => tf.zeros(indices.shape),
      };
    },
  },
};

export const scatterNdGradient: ReplacedGradient = {
  why: 'stock has none',
  config: {
    kernelName: tf.ScatterNd,
    inputsToSave: ['indices'],
    gradFunc: (dy, saved) => {
      const indices = saved[0]!;
      return {
        indices: () => tf.zeros(indices.shape),
        updates: () => tf.gatherND(dy as tf.Tensor, indices),
      };
    },
  },
};
