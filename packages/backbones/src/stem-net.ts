import { type Initialiser, normal, type Value } from '@pose-distill/network';
import { convolutionBlock } from './blocks.js';
import { checkCount, checkDivisible } from './checks.js';
import { type Features, featuresFrom } from './features.js';
import { bottleneckBlock } from './residual.js';

/** A block behind the two convolutions; it keeps the size of the map. */
export type StemBlock = (
  x: Value,
  options: {
    readonly name: string;
    readonly channels: number;
    readonly initialiser: Initialiser;
  },
) => Value;

export interface StemNetOptions {
  /** Path in front of all names. */
  readonly name: string;
  /** Channels of the two convolutions; the blocks give four times as many. @param width default 64 */
  readonly width?: number;
  /** @param blocks default 4 */
  readonly blocks?: number;
  /** @param block default a bottleneck; `channelAttentionUnit` makes the stem of LADM */
  readonly block?: StemBlock;
}

/**
 * DistilPose's small encoder: two 3x3 convolutions with stride 2 and bottlenecks, a map of `4 * width` channels at stride
 * 4 (Ye et al., CVPR 2023, released `StemNet`).
 *
 * Names: `<name>.stem1`, `.stem2`, `.layer1.block1`, ... Convolutions start normal with deviation 0.001.
 * @throws BackboneError SHAPE_MISMATCH for an image that 4 does not divide, OUT_OF_RANGE
 */
export function stemNet(image: Value, options: StemNetOptions): Features {
  const { name, width = 64, blocks = 4, block = bottleneckBlock } = options;
  const where = `stemNet '${name}'`;
  checkCount(where, 'width', width);
  checkCount(where, 'blocks', blocks);
  checkDivisible(where, image, 4);
  const initialiser = normal(0.001);
  const convolution = {
    channels: width,
    kernel: 3,
    strides: 2,
    activation: 'relu',
    initialiser,
  } as const;
  const half = convolutionBlock(image, { ...convolution, name: `${name}.stem1` });
  let x = convolutionBlock(half, { ...convolution, name: `${name}.stem2` });
  const stages: [number, Value][] = [
    [2, half],
    [4, x],
  ];
  for (let index = 1; index <= blocks; index++) {
    x = block(x, { name: `${name}.layer1.block${index}`, channels: 4 * width, initialiser });
    stages.push([4, x]);
  }
  return featuresFrom(stages, name);
}
