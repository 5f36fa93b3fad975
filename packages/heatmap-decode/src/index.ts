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
  heatmapToImage,
  heatmapToInput,
  inputToHeatmap,
  inputToImage,
  type RescaleOptions,
} from './back-projection.js';
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
export { averageFlipped, type FlipOptions, flipHeatmaps } from './flip.js';
export type { Heatmaps, Layout } from './heatmaps.js';
export { type Pose, type PoseKeypoint, type ToPosesOptions, toPoses } from './poses.js';
export { type Box, type Convention, fixAspect, type Size } from './size.js';
export { type SoftArgmaxOptions, softArgmax } from './soft-argmax.js';
export {
  type Image,
  type WarpBytesOptions,
  type WarpOptions,
  warpImage,
  warpImageToBytes,
} from './warp.js';
