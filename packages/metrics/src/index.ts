export * from './analysis/index.js';
export type {
  CocoCategory,
  CocoImage,
  CocoKeypointAnnotation,
  CocoKeypointFile,
  CocoKeypointResult,
} from './coco.js';
export type { CrowdPoseStats, CrowdPoseSummary } from './crowdpose-summary.js';
export { MetricsError, type MetricsErrorCode, type MetricsProblem } from './error.js';
export {
  type CrowdPoseEvaluation,
  type CrowdPoseOptions,
  type CrowdPoseRules,
  evaluateCrowdPose,
} from './evaluate-crowdpose.js';
export { evaluateOks, type OksEvaluation, oksAp } from './evaluate-oks.js';
export { evaluateOksStream, type OksStreamEvaluation } from './evaluate-oks-stream.js';
export { evaluatePck, type PckEvaluation, type PckOptions } from './evaluate-pck.js';
export {
  type CrowdPoseEvaluatorOptions,
  type CrowdPoseScores,
  createCrowdPoseEvaluator,
  createEvaluator,
  type Evaluator,
  type EvaluatorOptions,
} from './evaluator.js';
export {
  type KeypointAccuracy,
  type KeypointArrays,
  keypointAuc,
  keypointEpe,
  keypointNme,
  keypointPckAccuracy,
  type NormalisedKeypointArrays,
} from './keypoint-accuracy.js';
export {
  type MpiiGroundTruth,
  type MpiiGroundTruthFields,
  mpiiGroundTruth,
} from './mpii-ground-truth.js';
export {
  type OksNmsOptions,
  oksNms,
  type SoftOksNmsOptions,
  softOksNms,
} from './nms.js';
export { boxNms } from './nms-box.js';
export { type NearbyJointsNmsOptions, nearbyJointsNms } from './nms-nearby.js';
export {
  type NmsPose,
  type NmsRules,
  type PoseOverlapOptions,
  poseOverlaps,
} from './nms-overlap.js';
export { computeOks, type OksPoses } from './oks.js';
export type { OksTables, Table } from './oks-accumulate.js';
export type { OksScores } from './oks-evaluation.js';
export type { OksMatches } from './oks-matches.js';
export type { OksMatrix } from './oks-matrix.js';
export type { AreaRange, OksOptions } from './oks-options.js';
export { type OksParams, oksOptionsFromParams } from './oks-params.js';
export type { EvaluatedImage, PartialOptions } from './oks-partial.js';
export type { ByteSource } from './oks-stream.js';
export { type OksReasons, type OksStats, type OksSummary, referenceStats } from './oks-summary.js';
export { type Pck, type PckPoses, pck } from './pck.js';
export type { LeftOutReason, PckNormaliser } from './pck-people.js';
export {
  evaluatePckh,
  type FlatPosePredictions,
  type PckhCurve,
  type PckhEvaluation,
  type PckhOptions,
  type PosePredictions,
} from './pckh.js';
export type { PckhRules } from './pckh-distances.js';
export { MPII_JOINT_NAMES } from './pckh-stats.js';
