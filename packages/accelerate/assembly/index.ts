export { activation, activationGradient } from './activation';
export { adamUpdate } from './adam';
export { batchMoments, batchNormApply, batchNormGradient } from './batch-norm';
export { biasActivation } from './bias';
export { convFilterGradient, tapFloats, unpackFilter } from './conv-filter';
export { convGather, packForward, packTransposed } from './conv-gather';
export { choose, compare, select } from './binary';
export { copyBlocks } from './copy';
export { gatherRuns } from './gather';
export { depthwiseGather } from './depthwise';
export { depthwiseFilterGradient } from './depthwise-filter';
export { depthwiseSpread } from './depthwise-spread';
export { heatmapPeaks, heatmapWindows, heatmapWindowsGradient, studentCentres } from './heatmap-windows';
export { pairPanels } from './panels';
export { pixelDivergence } from './pixel-divergence';
export { averagePool, averagePoolGradient, maxPool, maxPoolGradient } from './pool';
export { sumMiddle, sumRows } from './reduce';
export { enlargeGradient, nearest, nearestGradient } from './resize';
export { bilinear, bilinearGradient } from './resize-bilinear';
export {
  largestOfMiddle, largestOfRows, layerNormRows, layerNormRowsGradient, softmaxRowsGradient,
} from './rows';
export { stridedRuns, transposedSheets } from './strided-copy';
export {
  turnFilter,
  winogradBegin,
  winogradFilter,
  winogradFilterGradient,
  winogradOuter,
  winogradPixels,
  winogradProducts,
  winogradTiles,
  winogradWorkBytes,
} from './winograd';
