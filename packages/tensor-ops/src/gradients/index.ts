import { conv2dGradient, conv2dTransposeGradient, depthwiseConv2dGradient } from './convolution.js';
import type { ReplacedGradient } from './replaced-gradient.js';

/** Every gradient of this package that stands under a kernel name of tfjs. */
export const replacedGradients: readonly ReplacedGradient[] = [
  conv2dGradient,
  conv2dTransposeGradient,
  depthwiseConv2dGradient,
];
