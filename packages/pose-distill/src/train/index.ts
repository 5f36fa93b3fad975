export {
  type Checkpoint,
  decodeCheckpoint,
  loadCheckpoint,
  saveCheckpoint,
} from './checkpoint.js';
export { type Pass, predictResults, scoreResults, toResult } from './evaluate.js';
export { meanPoseResults } from './mean-pose.js';
export {
  ADAM,
  type LossTerm,
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
  type BatchTensors,
  type CompiledPlan,
  compilePlan,
  type StepResult,
  stepScalars,
  trainStep,
} from './step.js';
export { createMemoryStore, type Store } from './store.js';
export { disposeBatch, toBatchTensors } from './targets.js';
export {
  type TrainEvent,
  type TrainOptions,
  type TrainResult,
  train,
  type ValidationResult,
} from './train.js';
