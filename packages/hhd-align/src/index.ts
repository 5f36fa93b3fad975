export { type AlignedWindows, type AlignOptions, alignHeatmaps } from './align.js';
export {
  type CentreOptions,
  type CentreVariant,
  type HeatmapPair,
  type WindowCentres,
  windowCentres,
} from './centres.js';
export { type DrawWindowsOptions, drawWindows } from './draw-windows.js';
export { AlignError, type AlignErrorCode } from './errors.js';
export { type IntegralPriorOptions, integralPriorLoss } from './integral-prior-loss.js';
export { type Normalisation, type NormaliseOptions, normaliseHeatmaps } from './normalise.js';
export { type RemoveBiasOptions, removeIntegralBias } from './remove-integral-bias.js';
export type { WindowSides, WindowSize } from './window-cells.js';
export { type CropOptions, cropWindows } from './windows.js';
