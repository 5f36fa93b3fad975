export {
  type Complexity,
  type Counter,
  complexity,
  type LayerComplexity,
} from './complexity.js';
export { defineNetwork, type NetworkDefinition } from './define.js';
export { NetworkError, type NetworkErrorCode } from './error.js';
export { foldBatchNorm } from './fold.js';
export { fuseReparameterised } from './fuse.js';
export { importTorch, type TorchEntry, type TorchTensor, torchEntries } from './import-torch.js';
export { initialise } from './initialise.js';
export {
  constant,
  heNormal,
  type Initialiser,
  normal,
  torchUniform,
  truncatedNormal,
  uniform,
  xavierUniform,
} from './initialisers.js';
export { type NetworkJson, networkFromJson, networkToJson } from './json.js';
export type { NamedOptions } from './operation.js';
export {
  type ActivationAttributes,
  type ActivationFunction,
  type ActivationOptions,
  activation,
  gelu,
  hardSigmoid,
  hardSwish,
  leakyRelu,
  relu,
  relu6,
  sigmoid,
  silu,
  softplus,
  tanh,
} from './ops/activation.js';
export {
  type AdaptiveAveragePoolAttributes,
  type AdaptiveAveragePoolOptions,
  adaptiveAveragePool,
  adaptiveWindow,
} from './ops/adaptive-average-pool.js';
export { type AddAttributes, add } from './ops/add.js';
export { type BatchNormAttributes, type BatchNormOptions, batchNorm } from './ops/batch-norm.js';
export {
  type ChannelShuffleAttributes,
  type ChannelShuffleOptions,
  channelShuffle,
} from './ops/channel-shuffle.js';
export { type ConcatAttributes, type ConcatOptions, concat } from './ops/concat.js';
export {
  type ConvTranspose2dAttributes,
  type ConvTranspose2dOptions,
  convTranspose2d,
} from './ops/conv-transpose2d.js';
export { type Conv2dAttributes, type Conv2dOptions, conv2d } from './ops/conv2d.js';
export { type FillAttributes, type FillOptions, fill } from './ops/fill.js';
export {
  type GlobalAveragePoolAttributes,
  type GlobalAveragePoolOptions,
  globalAveragePool,
} from './ops/global-average-pool.js';
export type { OpAttributes, OpName } from './ops/index.js';
export { type InputAttributes, input } from './ops/input.js';
export { type LayerNormAttributes, type LayerNormOptions, layerNorm } from './ops/layer-norm.js';
export { type LinearAttributes, type LinearOptions, linear } from './ops/linear.js';
export { type MatmulAttributes, type MatmulOptions, matmul } from './ops/matmul.js';
export { type MeanAttributes, type MeanOptions, mean } from './ops/mean.js';
export { type MulAttributes, mul } from './ops/mul.js';
export { type PadAttributes, type PadOptions, pad } from './ops/pad.js';
export { type ParameterAttributes, type ParameterOptions, parameter } from './ops/parameter.js';
export {
  type PixelShuffleAttributes,
  type PixelShuffleOptions,
  pixelShuffle,
} from './ops/pixel-shuffle.js';
export {
  type AveragePoolOptions,
  avgPool,
  maxPool,
  type PoolAttributes,
  type PoolOptions,
} from './ops/pool.js';
export { flatten, type ReshapeAttributes, type ReshapeOptions, reshape } from './ops/reshape.js';
export {
  type BilinearOptions,
  type ResizeAttributes,
  type ResizeOptions,
  resizeBilinear,
  resizeNearest,
} from './ops/resize.js';
export {
  type SinePositionsAttributes,
  type SinePositionsOptions,
  sinePositions,
  sinePositionTable,
} from './ops/sine-positions.js';
export {
  type SliceAttributes,
  type SliceOptions,
  type SplitOptions,
  slice,
  split,
} from './ops/slice.js';
export { type SoftmaxAttributes, softmax } from './ops/softmax.js';
export { type TransposeAttributes, type TransposeOptions, transpose } from './ops/transpose.js';
export type { Padding } from './padding.js';
export { prune } from './prune.js';
export {
  readSafetensors,
  type SafeTensor,
  type SafeTensorsFile,
  writeSafetensors,
} from './safetensors.js';
export type {
  Network,
  NetworkNode,
  NodeOf,
  Parameter,
  Shape,
  Sides,
  Size,
  Value,
  Weights,
} from './types.js';
export { loadWeights, saveWeights } from './weights.js';
