export { checkAic, parseAic } from './aic/parse.js';
export {
  type Augmentation,
  type AugmentOptions,
  type AugmentRecipe,
  drawAugmentation,
  type RandomSource,
  sampleRandom,
} from './augment.js';
export {
  type Batch,
  type BatchSource,
  type HeatmapSettings,
  type MakeBatchOptions,
  makeBatch,
  type SkippedSample,
} from './batch.js';
export {
  type ParseDetectionsOptions,
  type ParsedDetections,
  parseDetections,
} from './coco/detections.js';
export { checkCocoKeypoints, parseCocoKeypoints } from './coco/parse.js';
export { type ColourFactors, type ColourOptions, changeColours } from './colour.js';
export {
  type ConvertOptions,
  convertSkeleton,
  type DerivedKeypoints,
  MIDPOINTS,
} from './convert.js';
export {
  DatasetError,
  type DatasetErrorCode,
  type DatasetProblem,
  type DatasetProblemCode,
} from './error.js';
export { examineSamples, type SampleProblem } from './examine/examine.js';
export {
  type DatasetStatistics,
  describeDataset,
  type KeypointCount,
  type Spread,
} from './examine/statistics.js';
export {
  type CrowdMember,
  crowdIndex,
  type Figure,
  type RenderFigureOptions,
  type RenderSceneOptions,
  renderFigure,
  renderScene,
  SCENE_SIZE,
  type Scene,
  type ScenePerson,
  type SceneSettings,
} from './figures/index.js';
export type { HalfBodyOptions } from './half-body.js';
export { checkLsp, type LspJoints, type LspOptions, parseLsp } from './lsp/parse.js';
export { checkLspMat, readLspJoints } from './lsp/parse-mat.js';
export { checkMpii, parseMpii } from './mpii/parse-json.js';
export { checkMpiiMat, type MpiiMatOptions, parseMpiiMat } from './mpii/parse-mat.js';
export {
  type BatchSchedule,
  type BatchScheduleOptions,
  batchSchedule,
  epochOrder,
  type ScheduledBatch,
} from './order.js';
export type {
  CheckedAnnotations,
  CheckOptions,
  ParsedAnnotations,
  ParseOptions,
} from './parsed.js';
export {
  type CropSettings,
  cropAffine,
  IMAGENET_DEVIATION,
  IMAGENET_MEAN,
  type MakeSampleOptions,
  makeSample,
  type TrainingSample,
} from './sample.js';
export {
  FIGURE_SIZE,
  type Split,
  type SyntheticSkeleton,
  type SyntheticSpec,
  syntheticDataset,
} from './synthetic.js';
export type {
  CocoImage,
  CocoKeypointAnnotation,
  CocoKeypointCategory,
  CocoKeypointFile,
  CocoSegmentation,
  ImageOrigin,
  PoseDataset,
  PoseSample,
  ReadImageOptions,
  RgbImage,
  SharedFigures,
} from './types.js';
