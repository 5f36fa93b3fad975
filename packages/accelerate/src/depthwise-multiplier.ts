import type { Convolution } from './convolution.js';

/**
 * Depthwise gradients for several outputs per channel: plain loops, since networks for poses hardly use them.
 */

/** Calls `visit` for every (input element, output element, filter element) that meet in the convolution. */
function forEachProduct(
  c: Convolution,
  visit: (input: number, output: number, filter: number) => void,
): void {
  const multiplier = c.outChannels / c.channels;
  for (let image = 0; image < c.batch; image++) {
    for (let row = 0; row < c.outHeight; row++) {
      for (let column = 0; column < c.outWidth; column++) {
        const out = ((image * c.outHeight + row) * c.outWidth + column) * c.outChannels;
        for (let ky = 0; ky < c.filterHeight; ky++) {
          const y = row * c.strideY + ky * c.dilationY - c.padTop;
          if (y < 0 || y >= c.height) continue;
          for (let kx = 0; kx < c.filterWidth; kx++) {
            const x = column * c.strideX + kx * c.dilationX - c.padLeft;
            if (x < 0 || x >= c.width) continue;
            const input = ((image * c.height + y) * c.width + x) * c.channels;
            const filter = (ky * c.filterWidth + kx) * c.outChannels;
            for (let q = 0; q < c.outChannels; q++) {
              visit(input + Math.floor(q / multiplier), out + q, filter + q);
            }
          }
        }
      }
    }
  }
}

const floats = (memory: WebAssembly.Memory, address: number, length: number): Float32Array =>
  new Float32Array(memory.buffer, address, length);

const inputSize = (c: Convolution): number => c.batch * c.height * c.width * c.channels;
const outputSize = (c: Convolution): number => c.batch * c.outHeight * c.outWidth * c.outChannels;
const filterSize = (c: Convolution): number => c.filterHeight * c.filterWidth * c.outChannels;

export function multiplierInputGradient(
  memory: WebAssembly.Memory,
  c: Convolution,
  dyAddress: number,
  filterAddress: number,
  address: number,
): void {
  const dy = floats(memory, dyAddress, outputSize(c));
  const filter = floats(memory, filterAddress, filterSize(c));
  const sums = new Float64Array(inputSize(c));
  forEachProduct(c, (input, output, tap) => {
    sums[input] = sums[input]! + dy[output]! * filter[tap]!;
  });
  floats(memory, address, sums.length).set(sums);
}

export function multiplierFilterGradient(
  memory: WebAssembly.Memory,
  c: Convolution,
  xAddress: number,
  dyAddress: number,
  address: number,
): void {
  const x = floats(memory, xAddress, inputSize(c));
  const dy = floats(memory, dyAddress, outputSize(c));
  const sums = new Float64Array(filterSize(c));
  forEachProduct(c, (input, output, tap) => {
    sums[tap] = sums[tap]! + x[input]! * dy[output]!;
  });
  floats(memory, address, sums.length).set(sums);
}
