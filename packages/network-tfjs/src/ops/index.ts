import type { OpName } from '@pose-distill/network';
import type { Lowering } from '../lowering.js';
import { activation } from './activation.js';
import { adaptiveAveragePool } from './adaptive-average-pool.js';
import { add } from './add.js';
import { batchNorm } from './batch-norm.js';
import { channelShuffle } from './channel-shuffle.js';
import { concat } from './concat.js';
import { convTranspose2d } from './conv-transpose2d.js';
import { conv2d } from './conv2d.js';
import { fill } from './fill.js';
import { globalAveragePool } from './global-average-pool.js';
import { layerNorm } from './layer-norm.js';
import { linear } from './linear.js';
import { matmul } from './matmul.js';
import { mean } from './mean.js';
import { mul } from './mul.js';
import { pad } from './pad.js';
import { parameter } from './parameter.js';
import { pixelShuffle } from './pixel-shuffle.js';
import { avgPool, maxPool } from './pool.js';
import { reshape } from './reshape.js';
import { resizeBilinear, resizeNearest } from './resize.js';
import { sinePositions } from './sine-positions.js';
import { slice } from './slice.js';
import { softmax } from './softmax.js';
import { transpose } from './transpose.js';

/** How each operation runs on tfjs. Inputs are given, not computed. */
export const lowerings: { readonly [Op in Exclude<OpName, 'input'>]: Lowering<Op> } = {
  conv2d,
  convTranspose2d,
  batchNorm,
  activation,
  add,
  mul,
  concat,
  slice,
  pad,
  channelShuffle,
  pixelShuffle,
  resizeNearest,
  resizeBilinear,
  maxPool,
  avgPool,
  adaptiveAveragePool,
  globalAveragePool,
  linear,
  layerNorm,
  softmax,
  matmul,
  mean,
  reshape,
  transpose,
  parameter,
  sinePositions,
  fill,
};
