import {
  batchNorm,
  conv2d,
  convTranspose2d,
  normal,
  relu,
  type Value,
} from '@pose-distill/network';

export interface DeconvolutionHeadOptions {
  /** Path in front of all names. */
  readonly name: string;
  /** Output channels of each step, shallow to deep. @param channels default `[256, 256, 256]` */
  readonly channels?: readonly number[];
  /** @param kernel 2, 3 or 4; default 4 */
  readonly kernel?: 2 | 3 | 4;
}

/** Padding and output padding with which each kernel doubles the size. */
const DOUBLING = {
  2: { padding: 0, outputPadding: 0 },
  3: { padding: 1, outputPadding: 1 },
  4: { padding: 1, outputPadding: 0 },
} as const;

/**
 * Steps of transposed convolution with stride 2, batch norm and ReLU; each doubles the size (Xiao et al., Simple
 * Baselines, ECCV 2018). Weights start normal with deviation 0.001. Parts `<name>.deconv1` and so on.
 */
export function deconvolutionHead(x: Value, options: DeconvolutionHeadOptions): Value {
  const { name, channels = [256, 256, 256], kernel = 4 } = options;
  return channels.reduce((value, width, index) => {
    const step = `${name}.deconv${index + 1}`;
    const larger = convTranspose2d(value, {
      ...DOUBLING[kernel],
      name: `${step}.conv`,
      channels: width,
      kernel,
      strides: 2,
      bias: false,
      initialiser: normal(0.001),
    });
    return relu(batchNorm(larger, { name: `${step}.bn` }));
  }, x);
}

export interface HeatmapHeadOptions {
  /** Name of the node. */
  readonly name: string;
  readonly keypoints: number;
  /** Odd. @param kernel default 1 */
  readonly kernel?: number;
}

/** Convolution with bias to one heatmap per keypoint `[H,W,K]`, without activation. Starts normal with deviation 0.001. */
export function heatmapHead(x: Value, { name, keypoints, kernel = 1 }: HeatmapHeadOptions): Value {
  return conv2d(x, {
    name,
    channels: keypoints,
    kernel,
    padding: Math.floor(kernel / 2),
    initialiser: normal(0.001),
  });
}

/**
 * 1x1 convolution with bias to one map of logits per keypoint, for a soft-argmax outside the network (integral
 * regression). The same layer as a heatmap head; only what is done with its result differs.
 */
export function integralHead(
  x: Value,
  { name, keypoints }: { readonly name: string; readonly keypoints: number },
): Value {
  return heatmapHead(x, { name, keypoints });
}
