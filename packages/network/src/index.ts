export {
  type Complexity,
  type Counter,
  complexity,
  type LayerComplexity,
} from './complexity.js';
export { defineNetwork, type NetworkDefinition } from './define.js';
export { NetworkError, type NetworkErrorCode } from './error.js';
export { foldBatchNorm } from './fold.js';
export { importTorch, type TorchTensor } from './import-torch.js';
export { initialise } from './initialise.js';
export { constant, heNormal, type Initialiser, normal } from './initialisers.js';
export { type NetworkJson, networkFromJson, networkToJson } from './json.js';
export type { NamedOptions } from './operation.js';
export { type ActivationAttributes, activation, relu, relu6 } from './ops/activation.js';
export { type AddAttributes, add } from './ops/add.js';
export { type BatchNormAttributes, type BatchNormOptions, batchNorm } from './ops/batch-norm.js';
export { type ConcatAttributes, concat } from './ops/concat.js';
export {
  type ConvTranspose2dAttributes,
  type ConvTranspose2dOptions,
  convTranspose2d,
} from './ops/conv-transpose2d.js';
export { type Conv2dAttributes, type Conv2dOptions, conv2d } from './ops/conv2d.js';
export { type GlobalAveragePoolAttributes, globalAveragePool } from './ops/global-average-pool.js';
export type { OpAttributes, OpName } from './ops/index.js';
export { type InputAttributes, input } from './ops/input.js';
export { type LinearAttributes, type LinearOptions, linear } from './ops/linear.js';
export { avgPool, maxPool, type PoolAttributes, type PoolOptions } from './ops/pool.js';
export {
  type ResizeAttributes,
  type ResizeOptions,
  resizeBilinear,
  resizeNearest,
} from './ops/resize.js';
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
