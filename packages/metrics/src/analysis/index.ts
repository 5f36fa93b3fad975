export { analyseOks } from './analyse.js';
export { precisionRecallCurves } from './curves.js';
export {
  type CorrectionGain,
  KEYPOINT_OUTCOMES,
  type KeypointCountRange,
  type KeypointOutcome,
  type KeypointShares,
  type OksAnalysis,
  type OksAnalysisOptions,
  type OksBreakdown,
  type OksCorrection,
  type OutcomeShares,
  type PersonAnalysis,
  type PrecisionRecallCurve,
  type StrayResult,
} from './types.js';
