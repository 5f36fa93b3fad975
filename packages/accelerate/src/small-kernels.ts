import type { Kernel } from './kernel.js';
import { averagePool, averagePoolGrad, maxPool, maxPoolGrad } from './pool.js';
import { depthToSpace, reverse, stridedSlice, tile, transpose } from './rearrange.js';
import { mean, sum } from './reduce.js';

/** Everything around the convolutions: what tfjs computes value by value, transposes first or gets wrong. */
export const smallKernels: readonly Kernel[] = [
  averagePool,
  averagePoolGrad,
  depthToSpace,
  maxPool,
  maxPoolGrad,
  mean,
  reverse,
  stridedSlice,
  sum,
  tile,
  transpose,
];
