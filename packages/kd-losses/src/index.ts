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
export { type HhdLossOptions, hhdLoss } from './hhd-loss.js';
