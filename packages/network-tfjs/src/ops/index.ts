import type { OpName } from '@pose-distill/network';
import type { Lowering } from '../lowering.js';
import { activation } from './activation.js';
import { add } from './add.js';
import { batchNorm } from './batch-norm.js';
import { concat } from './concat.js';
import { convTranspose2d } from './conv-transpose2d.js';
import { conv2d } from './conv2d.js';
import { globalAveragePool } from './global-average-pool.js';
import { linear } from './linear.js';
import { avgPool, maxPool } from './pool.js';
import { resizeBilinear, resizeNearest } from './resize.js';

/** How each operation runs on tfjs. Inputs are given, not computed. */
export const lowerings: { readonly [Op in Exclude<OpName, 'input'>]: Lowering<Op> } = {
  conv2d,
  convTranspose2d,
  batchNorm,
  activation,
  add,
  concat,
  resizeNearest,
  resizeBilinear,
  maxPool,
  avgPool,
  globalAveragePool,
  linear,
};
