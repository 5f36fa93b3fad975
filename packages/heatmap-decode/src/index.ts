export {
  type HeatmapAccuracy,
  type HeatmapAccuracyOptions,
  heatmapAccuracy,
} from './accuracy.js';
export {
  type Affine,
  composeAffine,
  flipAffine,
  invertAffine,
  type Points,
  transformPoints,
} from './affine.js';
export {
  type HeatmapToInputOptions,
  heatmapToImage,
  heatmapToInput,
  inputToHeatmap,
  inputToImage,
  type RescaleOptions,
} from './back-projection.js';
export {
  type Codec,
  type HeatmapCodecOptions,
  heatmapCodec,
  type RegressionCodecOptions,
  regressionCodec,
  type SimccCodecOptions,
  simccCodec,
  type UdpCodecOptions,
  type UdpCombinedCodecOptions,
  udpCodec,
  udpCombinedCodec,
} from './codecs.js';
export {
  type CleanBoxOptions,
  type Crop,
  type CropOptions,
  cleanBox,
  cropFromBox,
} from './crop.js';
export { type CropTransformOptions, cropTransform } from './crop-transform.js';
export {
  type DecodedKeypoints,
  type DecodeOptions,
  decodeHeatmaps,
  type KeypointArrays,
} from './decode.js';
export {
  type EncodedHeatmaps,
  type EncodeOptions,
  encodeHeatmaps,
  type WeightedKeypoints,
} from './encode.js';
export { DecodeError, type DecodeErrorCode } from './error.js';
export { type DecodeByFitOptions, decodeByFit } from './fit-decode.js';
export { averageFlipped, type FlipOptions, flipHeatmaps } from './flip.js';
export {
  averageFlippedCoordinates,
  type FlipCoordinatesOptions,
  flipCoordinates,
} from './flip-coordinates.js';
export {
  averageFlippedSimcc,
  type FlipSimccOptions,
  flipSimcc,
  type SimccArrays,
} from './flip-simcc.js';
export type { Heatmaps, Layout } from './heatmaps.js';
export {
  type EncodedIntegral,
  type EncodeIntegralOptions,
  encodeIntegral,
} from './integral-encode.js';
export type { LabelOptions } from './labels.js';
export { type Pose, type PoseKeypoint, type ToPosesOptions, toPoses } from './poses.js';
export { type DecodeRegressionOptions, decodeRegression } from './regression-decode.js';
export { type EncodedRegression, encodeRegression } from './regression-encode.js';
export type { PerAxis, SimccVectors } from './simcc.js';
export { type DecodeSimccOptions, decodeSimcc } from './simcc-decode.js';
export { type EncodedSimcc, type EncodeSimccOptions, encodeSimcc } from './simcc-encode.js';
export { type SimccVisibilityOptions, simccVisibility } from './simcc-visibility.js';
export { type Box, type Convention, fixAspect, type Size } from './size.js';
export { type SoftArgmaxOptions, softArgmax } from './soft-argmax.js';
export { type DecodeUdpCombinedOptions, decodeUdpCombined } from './udp-combined-decode.js';
export { type EncodeUdpCombinedOptions, encodeUdpCombined } from './udp-combined-encode.js';
export { type DecodeUdpOptions, decodeUdpHeatmaps } from './udp-decode.js';
export { type EncodeUdpOptions, encodeUdpHeatmaps } from './udp-encode.js';
export type { Vectors } from './vectors.js';
export {
  type Image,
  type WarpBytesOptions,
  type WarpOptions,
  warpImage,
  warpImageToBytes,
} from './warp.js';
