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
export { BackboneError, type BackboneErrorCode } from './error.js';
export type { Features } from './features.js';
export {
  type DeconvolutionHeadOptions,
  deconvolutionHead,
  type HeatmapHeadOptions,
  heatmapHead,
  integralHead,
} from './heads.js';
export {
  type HourglassOptions,
  hourglass,
  type PreactivationBlockOptions,
  preactivationBlock,
} from './hourglass.js';
export { type HourglassVariant, hourglassTorchModules } from './hourglass-torch.js';
export { type HrNetOptions, hrNet } from './hrnet.js';
export { hrNetTorchModules } from './hrnet-torch.js';
export {
  classifier,
  type MobileNetV2Options,
  type MobileNetV2Variant,
  mobileNetV2,
  mobileNetV2TorchModules,
} from './mobilenet-v2.js';
export { bottleneckBlock, type ResidualBlockOptions, residualBlock } from './residual.js';
export {
  type StackedHourglass,
  type StackedHourglassOptions,
  stackedHourglass,
} from './stacked-hourglass.js';
