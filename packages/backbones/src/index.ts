export {
  type BenchmarkNetworkOptions,
  benchmarkDense,
  benchmarkMobile,
} from './benchmark-networks.js';
export {
  type BlockActivation,
  type ConvolutionBlockOptions,
  convolutionBlock,
  type InvertedResidualOptions,
  invertedResidual,
  type Normalisation,
} from './blocks.js';
export type { Features } from './features.js';
export {
  type DeconvolutionHeadOptions,
  deconvolutionHead,
  type HeatmapHeadOptions,
  heatmapHead,
  integralHead,
} from './heads.js';
export {
  classifier,
  type MobileNetV2Options,
  type MobileNetV2Variant,
  mobileNetV2,
  mobileNetV2TorchModules,
} from './mobilenet-v2.js';
export { bottleneckBlock, type ResidualBlockOptions, residualBlock } from './residual.js';
