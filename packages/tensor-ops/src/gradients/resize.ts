import * as tf from '@tensorflow/tfjs-core';
import { hasExactKernel, hasKernel, runKernel } from '../kernels.js';
import { matrixOf, transposedAlong } from './adjoint.js';
import type { ReplacedGradient } from './replaced-gradient.js';

interface ResizeAttributes {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
  readonly size: [number, number];
}

type Resize = (
  images: tf.Tensor4D,
  size: [number, number],
  alignCorners: boolean,
  halfPixelCenters: boolean,
) => tf.Tensor4D;

/**
 * A resize is one linear map for rows and one for columns. Both are taken from the backend's own
 * forward kernel, run on unit vectors, so the gradient is the transpose of what was computed, with
 * every option and every rounding of that backend.
 */
function transposedResize(
  resize: Resize,
  dy: tf.Tensor4D,
  images: tf.Tensor4D,
  { size, alignCorners, halfPixelCenters }: ResizeAttributes,
): tf.Tensor {
  return tf.tidy(() => {
    const [, height, width] = images.shape;
    const rows = matrixOf(height, (units) =>
      resize(
        tf.reshape(units, [1, height, 1, height]),
        [size[0], 1],
        alignCorners,
        halfPixelCenters,
      ),
    );
    const columns = matrixOf(width, (units) =>
      resize(tf.reshape(units, [1, 1, width, width]), [1, size[1]], alignCorners, halfPixelCenters),
    );
    return transposedAlong(transposedAlong(dy, 1, rows), 2, columns);
  });
}

function resizeGradient(
  kernelName: string,
  gradientKernel: string,
  resize: Resize,
  why: string,
  stockIsRight: (images: tf.Tensor4D, attributes: ResizeAttributes) => boolean,
): ReplacedGradient {
  return {
    why,
    config: {
      kernelName,
      inputsToSave: ['images'],
      gradFunc: (dy, saved, attrs) => {
        const images = saved[0] as tf.Tensor4D;
        const attributes = attrs as unknown as ResizeAttributes;
        const right =
          hasExactKernel(gradientKernel) ||
          (hasKernel(gradientKernel) && stockIsRight(images, attributes));
        return {
          images: () =>
            right
              ? runKernel(gradientKernel, { dy: dy as tf.Tensor, images }, attributes)[0]!
              : transposedResize(resize, dy as tf.Tensor4D, images, attributes),
        };
      },
    },
  };
}

export const resizeBilinearGradient: ReplacedGradient = resizeGradient(
  tf.ResizeBilinear,
  tf.ResizeBilinearGrad,
  tf.image.resizeBilinear,
  'stock ignores half-pixel centres; on cpu it fails unless height equals width',
  (_, { halfPixelCenters }) => !halfPixelCenters && tf.getBackend() !== 'cpu',
);

export const resizeNearestGradient: ReplacedGradient = resizeGradient(
  tf.ResizeNearestNeighbor,
  tf.ResizeNearestNeighborGrad,
  tf.image.resizeNearestNeighbor,
  'stock ignores half-pixel centres; on cpu it is wrong for a batch of two and more',
  (images, { halfPixelCenters }) =>
    !halfPixelCenters && (tf.getBackend() !== 'cpu' || images.shape[0] === 1),
);
