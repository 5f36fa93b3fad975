import * as tf from '@tensorflow/tfjs-core';
import type { CropAttributes } from '../crop-reference.js';
import { TensorOpsError } from '../errors.js';
import type { ReplacedGradient } from './replaced-gradient.js';

/**
 * What each row (or column) of each crop takes from the rows of its image, `[N, crop, size]`: the
 * forward kernel on unit vectors, so that every rounding is that of the backend.
 */
function cropWeights(
  boxes: tf.Tensor2D,
  size: number,
  crop: number,
  direction: 'rows' | 'columns',
  method: 'bilinear' | 'nearest',
): tf.Tensor3D {
  const isRows = direction === 'rows';
  const units = tf.reshape(tf.eye(size), isRows ? [1, size, 1, size] : [1, 1, size, size]);
  const [n] = boxes.shape;
  const cropSize: [number, number] = isRows ? [crop, 1] : [1, crop];
  const first = tf.zeros([n], 'int32') as tf.Tensor1D;
  // Along the axis that is one pixel long every box reads that pixel.
  const weights = tf.image.cropAndResize(units as tf.Tensor4D, boxes, first, cropSize, method, 0);
  return tf.reshape(weights, [n, crop, size]);
}

function imageGradient(
  dy: tf.Tensor4D,
  image: tf.Tensor4D,
  boxes: tf.Tensor2D,
  boxInd: tf.Tensor1D,
  { cropSize: [cropHeight, cropWidth], method }: CropAttributes,
): tf.Tensor {
  const [batch, height, width, channels] = image.shape;
  const [n] = boxes.shape;
  const rows = cropWeights(boxes, height, cropHeight, 'rows', method);
  const columns = cropWeights(boxes, width, cropWidth, 'columns', method);
  const byRows = tf.matMul(
    rows,
    tf.reshape(dy, [n, cropHeight, cropWidth * channels]),
    true,
    false,
  );
  const turned = tf.transpose(tf.reshape(byRows, [n, height, cropWidth, channels]), [0, 2, 1, 3]);
  const byColumns = tf.matMul(
    columns,
    tf.reshape(turned, [n, cropWidth, height * channels]),
    true,
    false,
  );
  const perBox = tf.transpose(tf.reshape(byColumns, [n, width, height, channels]), [0, 2, 1, 3]);
  const owner = tf.transpose(tf.cast(tf.oneHot(boxInd, batch), 'float32') as tf.Tensor2D);
  return tf.reshape(tf.matMul(owner, tf.reshape(perBox, [n, -1]) as tf.Tensor2D), image.shape);
}

/** The gradient goes to the image; for the boxes it is refused. */
export const cropAndResizeGradient: ReplacedGradient = {
  why: 'stock has none',
  config: {
    kernelName: tf.CropAndResize,
    inputsToSave: ['image', 'boxes', 'boxInd'],
    gradFunc: (dy, saved, attrs) => {
      const [image, boxes, boxInd] = saved as [tf.Tensor4D, tf.Tensor2D, tf.Tensor1D];
      return {
        image: () =>
          imageGradient(
            dy as tf.Tensor4D,
            image,
            boxes,
            boxInd,
            attrs as unknown as CropAttributes,
          ),
        boxes: () => {
          throw new TensorOpsError(
            'MISSING_GRADIENT',
            `cropAndResize has a gradient for its image and none for its boxes [${boxes.shape}], which depend on a ` +
              'differentiated value here. Compute the boxes outside the differentiated function.',
            { kernel: tf.CropAndResize, input: 'boxes' },
          );
        },
        boxInd: () => tf.zeros(boxInd.shape),
      };
    },
  },
};
