import {
  conv2d,
  defineNetwork,
  input,
  type Network,
  resizeNearest,
  type Value,
} from '@pose-distill/network';
import { convolutionBlock, invertedResidual } from './blocks.js';
import { deconvolutionHead, heatmapHead } from './heads.js';

export interface BenchmarkNetworkOptions {
  /** @param height of the image in pixels; default 128 */
  readonly height?: number;
  /** @param width of the image in pixels; default 96 */
  readonly width?: number;
  /** @param keypoints default 17 */
  readonly keypoints?: number;
}

/**
 * A small mobile network (depthwise and 1x1 convolutions), for measuring speed: `image` to `heatmaps` at stride 4.
 * 204,361 parameters and 44.9 million multiply-accumulates at 128x96 with 17 keypoints.
 */
export function benchmarkMobile(options: BenchmarkNetworkOptions = {}): Network {
  const { height = 128, width = 96, keypoints = 17 } = options;
  const image = input('image', { height, width, channels: 3 });
  const padding = 'same';
  let x = convolutionBlock(image, { name: 'stem', channels: 24, kernel: 3, strides: 2, padding });
  const blocks = [
    [32, 2],
    [32, 1],
    [64, 2],
    [64, 1],
    [96, 2],
    [96, 1],
  ] as const;
  for (const [index, [channels, strides]] of blocks.entries())
    x = invertedResidual(x, {
      name: `block${index + 1}`,
      channels,
      strides,
      expansion: 4,
      padding,
    });
  for (const step of ['up1', 'up2']) x = upsamplingStep(x, step, 64);
  const heatmaps = conv2d(x, { name: 'head', channels: keypoints });
  return defineNetwork({ inputs: [image], outputs: { heatmaps } });
}

function upsamplingStep(x: Value, name: string, channels: number): Value {
  const larger = resizeNearest(x, { scale: 2, name: `${name}.resize` });
  const width = larger.shape[2]!;
  const filtered = convolutionBlock(larger, {
    name: `${name}.depthwise`,
    channels: width,
    groups: width,
    kernel: 3,
  });
  return convolutionBlock(filtered, { name: `${name}.pointwise`, channels });
}

/**
 * A small network of dense 3x3 convolutions and one transposed convolution, for measuring speed: `image` to `heatmaps`
 * at stride 4. 373,489 parameters and 85.3 million multiply-accumulates at 128x96 with 17 keypoints.
 */
export function benchmarkDense(options: BenchmarkNetworkOptions = {}): Network {
  const { height = 128, width = 96, keypoints = 17 } = options;
  const image = input('image', { height, width, channels: 3 });
  const steps = [
    [32, 2],
    [64, 2],
    [128, 2],
    [128, 1],
  ] as const;
  const features = steps.reduce(
    (x, [channels, strides], index) =>
      convolutionBlock(x, {
        name: `conv${index + 1}`,
        channels,
        kernel: 3,
        strides,
        padding: 'same',
        activation: 'relu',
      }),
    image,
  );
  const larger = deconvolutionHead(features, { name: 'decoder', channels: [64] });
  const heatmaps = heatmapHead(larger, { name: 'head', keypoints });
  return defineNetwork({ inputs: [image], outputs: { heatmaps } });
}
