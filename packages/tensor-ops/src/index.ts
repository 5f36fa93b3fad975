export { gelu, hardSigmoid, hardSwish, silu } from './activations.js';
export {
  type AdamScalarsOptions,
  type AdamState,
  type AdamUpdateInputs,
  adamScalars,
  adamUpdate,
} from './adam-update.js';
export {
  type BatchNormAcrossResult,
  batchNormTrainAcross,
  type Gather,
} from './batch-norm-across.js';
export {
  type BatchNormTrainOptions,
  type BatchNormTrainResult,
  batchNormTrain,
  type FusedActivation,
  recomputeBatchNorm,
} from './batch-norm-train.js';
export {
  type CheckGradientOptions,
  checkGradient,
  type GradientElement,
  type GradientReport,
} from './check-gradient.js';
export { type ClippedGradient, clipByGlobalNorm } from './clip-by-global-norm.js';
export type { ConvolutionAttributes, Padding, Pair } from './convolution-geometry.js';
export {
  conv2dBackpropFilterReference,
  conv2dBackpropInputReference,
  depthwiseConv2dBackpropFilterReference,
  depthwiseConv2dBackpropInputReference,
} from './convolution-reference.js';
export { emaUpdate } from './ema-update.js';
export { TensorOpsError, type TensorOpsErrorCode } from './errors.js';
export { type FallbackKernels, registerFallbackKernels } from './fallback-kernels.js';
export { flattenTensors, splitTensor } from './flat.js';
export { type GroupedConv2dOptions, groupedConv2d } from './grouped-conv2d.js';
export { type InstalledGradients, installGradients } from './install-gradients.js';
export { declareExactKernel } from './kernels.js';
export { type L2NormOptions, l2Norm } from './l2-norm.js';
export { type LayerNormOptions, layerNorm } from './layer-norm.js';
export { channelShuffle, type PixelOrder, pixelShuffle } from './shuffle.js';
export {
  type SoftArgmaxOptions,
  type SpatialSoftmaxOptions,
  softArgmax,
  spatialSoftmax,
} from './soft-argmax.js';
