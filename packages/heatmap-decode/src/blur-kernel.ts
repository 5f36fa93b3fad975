import { requireRange } from './error.js';

/** Half kernels from the centre outwards, which OpenCV takes for small sizes when no sigma is given. */
const FIXED: Readonly<Record<number, readonly number[]>> = {
  3: [2 / 4, 1 / 4],
  5: [6 / 16, 4 / 16, 1 / 16],
  7: [9 / 32, 7 / 32, 3.5 / 32, 1 / 32],
  9: [60 / 256, 51 / 256, 30 / 256, 13 / 256, 4 / 256],
};

/**
 * The normalised Gaussian of an odd size. Without `sigma` it is OpenCV's: a fixed kernel up to size 9, from 11 on
 * sigma = 0.3 ((size - 1) / 2 - 1) + 0.8.
 */
export function blurKernel(size: number, sigma?: number): Float64Array {
  requireRange(Number.isInteger(size) && size > 0 && size % 2 === 1, 'blurKernel', 'odd', size);
  requireRange(sigma === undefined || sigma > 0, 'blurSigma', 'a number > 0', sigma);
  const radius = (size - 1) / 2;
  const fixed = sigma === undefined ? FIXED[size] : undefined;
  const width = sigma ?? 0.3 * (radius - 1) + 0.8;
  const kernel = new Float64Array(size);
  let sum = 0;
  for (let i = 0; i < size; i++) {
    const distance = Math.abs(i - radius);
    const value = fixed ? fixed[distance]! : Math.exp(-(distance * distance) / (2 * width * width));
    kernel[i] = value;
    sum += value;
  }
  for (let i = 0; i < size; i++) kernel[i] = kernel[i]! / sum;
  return kernel;
}
