export {
  type CoordinateLossOptions,
  l1Loss,
  mseLoss,
  type SmoothL1Options,
  smoothL1Loss,
} from './coordinate-loss.js';
export { LossError, type LossErrorCode } from './errors.js';
export {
  type HeatmapMseOptions,
  type HeatmapWeighting,
  heatmapMseLoss,
} from './heatmap-loss.js';
export { type HeatmapOhkmOptions, heatmapOhkmLoss } from './heatmap-ohkm-loss.js';
export { type HhdLossOptions, hhdLoss } from './hhd-loss.js';
export { type PixelKlOptions, pixelKlLoss } from './pixel-kl-loss.js';
export { expertWeights, rampUp } from './schedules.js';
export { type StageDistillationOptions, stageDistillationLoss } from './stage-distillation-loss.js';
export { type TeacherMixOptions, teacherMixLoss } from './teacher-mix.js';
export { weightedSum } from './weighted-sum.js';
