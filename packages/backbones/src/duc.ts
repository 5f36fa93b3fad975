import { batchNorm, conv2d, pixelShuffle, relu, type Value } from '@pose-distill/network';
import { convolutionBlock } from './blocks.js';
import { checkCount } from './checks.js';
import { BackboneError } from './error.js';
import { heatmapHead } from './heads.js';

export interface DucDecoderOptions {
  /** Path in front of all names. */
  readonly name: string;
  readonly keypoints: number;
  /** Convolutions before the head; the size doubles once more than that. @param steps default 2, from stride 32 to 4 */
  readonly steps?: number;
}

/**
 * DUC decoder of Park et al. (Sensors 2021, 21, 7640): channels are spread over a grid twice as fine, then a 3x3 convolution
 * doubles them, and so on; the last is the head with bias, one heatmap per keypoint `[H,W,K]`.
 *
 * Map `[h, w, C]` to `[h * 2 ** (steps + 1), ..., K]`. Parts `<name>.step1`, ..., `<name>.head`. Convolutions start He
 * normal, the head normal with deviation 0.001 (the paper does not say).
 * @throws BackboneError SHAPE_MISMATCH when C is no multiple of `4 * 2 ** steps`, OUT_OF_RANGE for no keypoints
 * @example
 * ducDecoder(peleeNet(image, { name: 'encoder' }).at(32), { name: 'decoder', keypoints: 17 }).shape // [64, 48, 17]
 */
export function ducDecoder(x: Value, options: DucDecoderOptions): Value {
  const { name, keypoints, steps = 2 } = options;
  const where = `ducDecoder '${name}'`;
  checkCount(where, 'keypoints', keypoints);
  checkCount(where, 'steps', steps, 0);
  const divisor = 4 * 2 ** steps;
  if (x.shape.length !== 3 || x.shape[2]! % divisor !== 0)
    throw new BackboneError(
      'SHAPE_MISMATCH',
      `${where}: ${steps + 1} pixel shuffles need a map whose channels are a multiple of ${divisor}, got [${x.shape}]`,
      { shape: x.shape, divisor },
    );
  const enlarged = (map: Value, part: string): Value =>
    pixelShuffle(map, { factor: 2, name: `${part}.shuffle` });
  let map = x;
  for (let step = 1; step <= steps; step++) {
    const part = `${name}.step${step}`;
    const larger = enlarged(map, part);
    const channels = 2 * larger.shape[2]!;
    map = convolutionBlock(larger, { name: part, channels, kernel: 3, activation: 'relu' });
  }
  const head = `${name}.head`;
  return heatmapHead(enlarged(map, head), { name: head, keypoints, kernel: 3 });
}

export interface DenseUpsamplingOptions {
  readonly name: string;
  /** Output channels, behind the shuffle. */
  readonly channels: number;
  /** @param factor by which the size grows; default 2 */
  readonly factor?: number;
  /** @param kernel odd; default 3 */
  readonly kernel?: number;
  /** Whether the convolution has one in front of the batch norm. @param bias default false */
  readonly bias?: boolean;
}

/**
 * Dense upsampling convolution (Wang et al., WACV 2018): convolution to `channels * factor ** 2`, batch norm, ReLU, then
 * the channels are spread over the finer grid. Nodes `<name>.conv`, `<name>.bn`.
 */
export function denseUpsampling(x: Value, options: DenseUpsamplingOptions): Value {
  const { name, channels, factor = 2, kernel = 3, bias = false } = options;
  const wide = conv2d(x, {
    name: `${name}.conv`,
    channels: channels * factor ** 2,
    kernel,
    padding: Math.floor(kernel / 2),
    bias,
  });
  return pixelShuffle(relu(batchNorm(wide, { name: `${name}.bn` })), { factor });
}
