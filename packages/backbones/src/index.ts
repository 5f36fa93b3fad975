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
export {
  type ChannelAttentionKind,
  type ChannelAttentionOptions,
  type ChannelAttentionUnitOptions,
  channelAttention,
  channelAttentionUnit,
} from './channel-attention.js';
export {
  distilPose,
  type LadmOptions,
  ladm,
  type TokenBody,
  type TokenPoseOptions,
  tokenPose,
} from './distilpose.js';
export { type DistilPoseTorchOptions, distilPoseTorchModules } from './distilpose-torch.js';
export {
  type DenseUpsamplingOptions,
  type DucDecoderOptions,
  denseUpsampling,
  ducDecoder,
} from './duc.js';
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
export { type LiteHrNetFusion, type LiteHrNetOptions, liteHrNet } from './lite-hrnet.js';
export { liteHrNetTorchModules } from './lite-hrnet-torch.js';
export {
  type LspdOptions,
  lspd,
  type PoseStageOptions,
  type PyramidFeaturesOptions,
  poseStage,
  pyramidFeatures,
} from './lspd.js';
export {
  type MnasNetCheckpoint,
  type MnasNetOptions,
  mnasNet,
  mnasNetTorchModules,
} from './mnasnet.js';
export {
  type MobileNetV1Checkpoint,
  type MobileNetV1Options,
  mobileNetV1,
  mobileNetV1TorchModules,
} from './mobilenet-v1.js';
export {
  classifier,
  type MobileNetV2Checkpoint,
  type MobileNetV2Options,
  type MobileNetV2Variant,
  mobileNetV2,
  mobileNetV2TorchModules,
} from './mobilenet-v2.js';
export {
  type MobileNetV3Options,
  type MobileNetV3Variant,
  mobileNetV3Large,
  mobileNetV3TorchModules,
} from './mobilenet-v3.js';
export { type MultiScaleResidualOptions, multiScaleResidual } from './multi-scale-residual.js';
export {
  type PeleeDenseLayerOptions,
  type PeleeNetOptions,
  peleeDenseLayer,
  peleeNet,
  peleeNetTorchModules,
} from './peleenet.js';
export { type ReparameterisedBlockOptions, reparameterisedBlock } from './reparameterised.js';
export {
  type BottleneckBlockOptions,
  bottleneckBlock,
  type ResidualBlockOptions,
  residualBlock,
} from './residual.js';
export { type ResNetDepth, type ResNetOptions, resNet, resNetTorchModules } from './resnet.js';
export {
  type ShuffleNetV2Options,
  type ShuffleNetV2Width,
  shuffleNetV2,
  shuffleNetV2TorchModules,
} from './shufflenet-v2.js';
export { type SimccHeadOptions, type SimccOutputs, simccHead } from './simcc-head.js';
export { type SqueezeExciteOptions, squeezeExcite } from './squeeze-excite.js';
export {
  type StackedHourglass,
  type StackedHourglassOptions,
  stackedHourglass,
} from './stacked-hourglass.js';
export { type StemBlock, type StemNetOptions, stemNet } from './stem-net.js';
export {
  type TokenEncoderOptions,
  type TokenFeatures,
  tokenEncoder,
  tokenTaps,
} from './token-encoder.js';
export {
  type RegressionOutputs,
  regressionHead,
  type TokenHeadOptions,
  type TokenHeatmapHeadOptions,
  tokenHeatmapHead,
} from './token-heads.js';
export {
  type TransformerLayer,
  type TransformerLayerOptions,
  transformerLayer,
} from './transformer.js';
export { type UlpdOptions, ulpd } from './ulpd.js';
