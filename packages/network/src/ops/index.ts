import type { Operation } from '../operation.js';
import { type ActivationAttributes, activationOperation } from './activation.js';
import {
  type AdaptiveAveragePoolAttributes,
  adaptiveAveragePoolOperation,
} from './adaptive-average-pool.js';
import { type AddAttributes, addOperation } from './add.js';
import { type BatchNormAttributes, batchNormOperation } from './batch-norm.js';
import { type ChannelShuffleAttributes, channelShuffleOperation } from './channel-shuffle.js';
import { type ConcatAttributes, concatOperation } from './concat.js';
import { type ConvTranspose2dAttributes, convTranspose2dOperation } from './conv-transpose2d.js';
import { type Conv2dAttributes, conv2dOperation } from './conv2d.js';
import { type FillAttributes, fillOperation } from './fill.js';
import {
  type GlobalAveragePoolAttributes,
  globalAveragePoolOperation,
} from './global-average-pool.js';
import { type InputAttributes, inputOperation } from './input.js';
import { type LayerNormAttributes, layerNormOperation } from './layer-norm.js';
import { type LinearAttributes, linearOperation } from './linear.js';
import { type MatmulAttributes, matmulOperation } from './matmul.js';
import { type MeanAttributes, meanOperation } from './mean.js';
import { type MulAttributes, mulOperation } from './mul.js';
import { type PadAttributes, padOperation } from './pad.js';
import { type ParameterAttributes, parameterOperation } from './parameter.js';
import { type PixelShuffleAttributes, pixelShuffleOperation } from './pixel-shuffle.js';
import { avgPoolOperation, maxPoolOperation, type PoolAttributes } from './pool.js';
import { type ReshapeAttributes, reshapeOperation } from './reshape.js';
import {
  type ResizeAttributes,
  resizeBilinearOperation,
  resizeNearestOperation,
} from './resize.js';
import { type SinePositionsAttributes, sinePositionsOperation } from './sine-positions.js';
import { type SliceAttributes, sliceOperation } from './slice.js';
import { type SoftmaxAttributes, softmaxOperation } from './softmax.js';
import { type TransposeAttributes, transposeOperation } from './transpose.js';

/** The attributes of each operation, by its name. */
export interface OpAttributes {
  readonly input: InputAttributes;
  readonly conv2d: Conv2dAttributes;
  readonly convTranspose2d: ConvTranspose2dAttributes;
  readonly batchNorm: BatchNormAttributes;
  readonly activation: ActivationAttributes;
  readonly add: AddAttributes;
  readonly concat: ConcatAttributes;
  readonly resizeNearest: ResizeAttributes;
  readonly resizeBilinear: ResizeAttributes;
  readonly maxPool: PoolAttributes;
  readonly avgPool: PoolAttributes;
  readonly globalAveragePool: GlobalAveragePoolAttributes;
  readonly linear: LinearAttributes;
  readonly mul: MulAttributes;
  readonly slice: SliceAttributes;
  readonly pad: PadAttributes;
  readonly channelShuffle: ChannelShuffleAttributes;
  readonly pixelShuffle: PixelShuffleAttributes;
  readonly adaptiveAveragePool: AdaptiveAveragePoolAttributes;
  readonly reshape: ReshapeAttributes;
  readonly transpose: TransposeAttributes;
  readonly layerNorm: LayerNormAttributes;
  readonly softmax: SoftmaxAttributes;
  readonly matmul: MatmulAttributes;
  readonly mean: MeanAttributes;
  readonly parameter: ParameterAttributes;
  readonly sinePositions: SinePositionsAttributes;
  readonly fill: FillAttributes;
}

/** Names of the operations. */
export type OpName = keyof OpAttributes;

/** What the package knows of each operation, by its name. */
export const operations: { readonly [Op in OpName]: Operation<Op> } = {
  input: inputOperation,
  conv2d: conv2dOperation,
  convTranspose2d: convTranspose2dOperation,
  batchNorm: batchNormOperation,
  activation: activationOperation,
  add: addOperation,
  concat: concatOperation,
  resizeNearest: resizeNearestOperation,
  resizeBilinear: resizeBilinearOperation,
  maxPool: maxPoolOperation,
  avgPool: avgPoolOperation,
  globalAveragePool: globalAveragePoolOperation,
  linear: linearOperation,
  mul: mulOperation,
  slice: sliceOperation,
  pad: padOperation,
  channelShuffle: channelShuffleOperation,
  pixelShuffle: pixelShuffleOperation,
  adaptiveAveragePool: adaptiveAveragePoolOperation,
  reshape: reshapeOperation,
  transpose: transposeOperation,
  layerNorm: layerNormOperation,
  softmax: softmaxOperation,
  matmul: matmulOperation,
  mean: meanOperation,
  parameter: parameterOperation,
  sinePositions: sinePositionsOperation,
  fill: fillOperation,
};
