import {
  linear,
  reshape,
  type Size,
  torchUniform,
  transpose,
  type Value,
} from '@pose-distill/network';
import { heatmapHead } from './heads.js';

export interface SimccHeadOptions {
  /** Path in front of all names. */
  readonly name: string;
  readonly keypoints: number;
  /** Of the image. */
  readonly inputSize: Size;
  /** Bins per input pixel. @param splitRatio default 2 */
  readonly splitRatio?: number;
  /** Of the convolution to one map per keypoint. @param kernel odd; default 1 */
  readonly kernel?: number;
}

/** Scores of the bins along each axis, before any softmax. */
export interface SimccOutputs {
  /** `[K, width * splitRatio]`. */
  readonly x: Value;
  /** `[K, height * splitRatio]`. */
  readonly y: Value;
}

/**
 * One vector of bins per keypoint and axis (Li et al., SimCC, ECCV 2022): a convolution to one map per keypoint, each map
 * row by row as a vector, and a linear layer per axis that all keypoints share.
 *
 * Parts `<name>.maps`, `<name>.x`, `<name>.y`; the linear layers start as PyTorch's.
 */
export function simccHead(features: Value, options: SimccHeadOptions): SimccOutputs {
  const { name, keypoints, inputSize, splitRatio = 2, kernel = 1 } = options;
  const maps = heatmapHead(features, { name: `${name}.maps`, keypoints, kernel });
  const vectors = reshape(transpose(maps, { axes: [2, 0, 1] }), { shape: [keypoints, -1] });
  const start = torchUniform(vectors.shape[1]!);
  const along = (axis: 'x' | 'y', pixels: number): Value =>
    linear(vectors, {
      name: `${name}.${axis}`,
      channels: Math.round(pixels * splitRatio),
      initialiser: start,
      biasInitialiser: start,
    });
  return { x: along('x', inputSize.width), y: along('y', inputSize.height) };
}
