import * as tf from '@tensorflow/tfjs-core';

export interface CropAttributes {
  readonly cropSize: [number, number];
  readonly method: 'bilinear' | 'nearest';
  readonly extrapolationValue: number;
}

/** How far outside, in pixels, float32's rounding may put a position that lies on the border. */
const ROUNDING = 1e-4;

/** What each position of a crop takes from the pixels of its image along one direction, `[N, crop, size]`. */
function weights(
  low: tf.Tensor,
  high: tf.Tensor,
  size: number,
  crop: number,
  method: 'bilinear' | 'nearest',
): { readonly taken: tf.Tensor3D; readonly inside: tf.Tensor } {
  const last = size - 1;
  const exact =
    crop > 1
      ? tf.add(
          tf.mul(low, last),
          tf.mul(tf.range(0, crop), tf.mul(tf.sub(high, low), last / (crop - 1))),
        )
      : tf.mul(tf.add(low, high), last / 2);
  const isInside = tf.logicalAnd(
    tf.greaterEqual(exact, -ROUNDING),
    tf.lessEqual(exact, last + ROUNDING),
  );
  const inside = tf.cast(isInside, 'float32');
  const position = tf.clipByValue(
    method === 'nearest' ? tf.floor(tf.add(exact, 0.5)) : exact,
    0,
    last,
  );
  const distance = tf.abs(tf.sub(tf.expandDims(position, -1), tf.range(0, size)));
  const taken = tf.mul(tf.relu(tf.sub(1, distance)), tf.expandDims(inside, -1));
  return { taken: taken as tf.Tensor3D, inside };
}

/**
 * `tf.image.cropAndResize` composed from matrix products: each crop is its rows' weights times the image times its
 * columns' weights. The caller disposes the result.
 */
export function cropAndResizeReference(
  image: tf.Tensor4D,
  boxes: tf.Tensor2D,
  boxInd: tf.Tensor1D,
  { cropSize: [cropHeight, cropWidth], method, extrapolationValue }: CropAttributes,
): tf.Tensor4D {
  return tf.tidy(() => {
    const [, height, width, channels] = image.shape;
    const [n] = boxes.shape;
    const [y1, x1, y2, x2] = tf.split(boxes, 4, 1) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const rows = weights(y1, y2, height, cropHeight, method);
    const columns = weights(x1, x2, width, cropWidth, method);
    const images = tf.reshape(tf.gather(image, boxInd), [n, height, width * channels]);
    const byRows = tf.reshape(tf.matMul(rows.taken, images), [n, cropHeight, width, channels]);
    const turned = tf.reshape(tf.transpose(byRows, [0, 2, 1, 3]), [n, width, -1]);
    const crops = tf.transpose(
      tf.reshape(tf.matMul(columns.taken, turned), [n, cropWidth, cropHeight, channels]),
      [0, 2, 1, 3],
    ) as tf.Tensor4D;
    if (extrapolationValue === 0) return crops;
    const inside = tf.mul(
      tf.reshape(rows.inside, [n, cropHeight, 1, 1]),
      tf.reshape(columns.inside, [n, 1, cropWidth, 1]),
    );
    return tf.add(crops, tf.mul(tf.sub(1, inside), extrapolationValue));
  });
}
