import { cumprodGradient, cumsumGradient, prodGradient, tileGradient } from './along-axis.js';
import { broadcastGradients } from './broadcast.js';
import { comparisonGradients } from './comparison.js';
import { conv2dGradient, conv2dTransposeGradient, depthwiseConv2dGradient } from './convolution.js';
import { cropAndResizeGradient } from './crop-and-resize.js';
import { depthToSpaceGradient } from './depth-to-space.js';
import { einsumGradient } from './einsum.js';
import { absGradient, maxGradient, minGradient, topKGradient } from './extremes.js';
import { gatherGradient, gatherNdGradient, scatterNdGradient } from './gather.js';
import { oneKernelGradients } from './in-one-kernel.js';
import { mirrorPadGradient } from './mirror-pad.js';
import { avgPoolGradient, maxPoolGradient } from './pool.js';
import type { ReplacedGradient } from './replaced-gradient.js';
import { resizeBilinearGradient, resizeNearestGradient } from './resize.js';
import { flipLeftRightGradient, stridedSliceGradient } from './strided-slice.js';

/** Every gradient of this package that stands under a kernel name of tfjs. */
export const replacedGradients: readonly ReplacedGradient[] = [
  conv2dGradient,
  conv2dTransposeGradient,
  depthwiseConv2dGradient,
  avgPoolGradient,
  maxPoolGradient,
  resizeBilinearGradient,
  resizeNearestGradient,
  mirrorPadGradient,
  cropAndResizeGradient,
  flipLeftRightGradient,
  stridedSliceGradient,
  gatherGradient,
  gatherNdGradient,
  scatterNdGradient,
  absGradient,
  maxGradient,
  minGradient,
  topKGradient,
  einsumGradient,
  cumsumGradient,
  cumprodGradient,
  prodGradient,
  tileGradient,
  depthToSpaceGradient,
  ...oneKernelGradients,
  ...broadcastGradients,
  ...comparisonGradients,
];
