import * as tf from '@tensorflow/tfjs-core';
import type { ReplacedGradient } from './replaced-gradient.js';

/** Depth to space only moves elements; its gradient moves them back. */
export const depthToSpaceGradient: ReplacedGradient = {
  why: 'stock has none',
  config: {
    kernelName: tf.DepthToSpace,
    gradFunc: (dy, _saved, attrs) => {
      const { blockSize, dataFormat } = attrs as unknown as {
        blockSize: number;
        dataFormat: 'NHWC' | 'NCHW';
      };
      const upstream = dy as tf.Tensor4D;
      return {
        x: () => {
          if (dataFormat === 'NCHW') {
            const [b, c, h, w] = upstream.shape;
            const [rows, columns] = [h / blockSize, w / blockSize];
            const blocks = tf.reshape(upstream, [b, c, rows, blockSize, columns, blockSize]);
            const moved = tf.transpose(blocks, [0, 3, 5, 1, 2, 4]);
            return tf.reshape(moved, [b, blockSize * blockSize * c, rows, columns]);
          }
          const [b, h, w, c] = upstream.shape;
          const [rows, columns] = [h / blockSize, w / blockSize];
          const blocks = tf.reshape(upstream, [b, rows, blockSize, columns, blockSize, c]);
          const moved = tf.transpose(blocks, [0, 1, 3, 2, 4, 5]);
          return tf.reshape(moved, [b, rows, columns, blockSize * blockSize * c]);
        },
      };
    },
  },
};
