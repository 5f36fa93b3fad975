export { checkPlan } from './check-plan.js';
export {
  type Checkpoint,
  decodeCheckpoint,
  loadCheckpoint,
  saveCheckpoint,
} from './checkpoint.js';
export { deployModel, type Verdict, type Weights } from './deploy.js';
export { type Pass, predictResults, scoreResults, toResult } from './evaluate.js';
export { type Exchange, exchangeAlone } from './exchange.js';
export { type InitialWeights, initialWeights } from './initial.js';
export { meanPoseResults } from './mean-pose.js';
export { type MicroBatch, microBatchCount, splitBatch } from './micro-batch.js';
export {
  ADAM,
  type LossTerm,
  type Maps,
  type OptimizerRule,
  type Plan,
  type PlanReference,
  type Targets,
  type TermInput,
} from './plan.js';
export {
  createPredictor,
  inputSizeOf,
  type Prediction,
  type Predictor,
  type PredictorOptions,
} from './predict.js';
export { constant, cosine, type Schedule, stepDecay, warmUp } from './schedule.js';
export {
  disposeState,
  initialState,
  type StateArrays,
  type TrainState,
  toArrays,
  toTensors,
} from './state.js';
export {
  applyGradient,
  type BatchTensors,
  type CompiledPlan,
  compilePlan,
  computeGradient,
  type GradientOptions,
  type GradientRow,
  type StepResult,
  stepScalars,
  trainStep,
} from './step.js';
export { createMemoryStore, type Store } from './store.js';
export { disposeBatch, toBatchTensors, toTaughtBatch } from './targets.js';
export type { MapShape, MapSource, Teacher } from './teacher.js';
export {
  type ReplicaOptions,
  type ReplicaResult,
  type RunUsage,
  type TrainEvent,
  type TrainOptions,
  type TrainResult,
  train,
  trainReplica,
  type ValidationResult,
} from './train.js';
