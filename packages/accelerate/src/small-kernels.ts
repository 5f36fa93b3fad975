import { activations } from './activation.js';
import { binaries } from './binary.js';
import { gather } from './gather.js';
import { hhdCentres, hhdPeaks, hhdWindows, hhdWindowsGrad } from './heatmap-windows.js';
import type { Kernel } from './kernel.js';
import { batchMatMul } from './matrix-product.js';
import { pixelKl } from './pixel-divergence.js';
import { averagePool, averagePoolGrad, maxPool, maxPoolGrad } from './pool.js';
import { depthToSpace, reverse, stridedSlice, tile, transpose } from './rearrange.js';
import { max, mean, sum } from './reduce.js';
import {
  resizeBilinear,
  resizeBilinearGrad,
  resizeNearestNeighbor,
  resizeNearestNeighborGrad,
} from './resize.js';
import { layerNorm, layerNormGrad, softmaxGrad } from './rows.js';

/** Everything around the convolutions: what tfjs computes value by value, transposes first or gets wrong. */
export const smallKernels: readonly Kernel[] = [
  ...activations,
  ...binaries,
  averagePool,
  averagePoolGrad,
  batchMatMul,
  depthToSpace,
  gather,
  hhdCentres,
  hhdPeaks,
  hhdWindows,
  hhdWindowsGrad,
  layerNorm,
  layerNormGrad,
  max,
  maxPool,
  maxPoolGrad,
  mean,
  pixelKl,
  resizeBilinear,
  resizeBilinearGrad,
  resizeNearestNeighbor,
  resizeNearestNeighborGrad,
  reverse,
  softmaxGrad,
  stridedSlice,
  sum,
  tile,
  transpose,
];
