import type { Affine } from '../affine.js';
import type { Size } from '../size.js';
import {
  type Image,
  type WarpBytesOptions,
  type WarpOptions,
  warpBytesWith,
  warpImageWith,
} from '../warp.js';
import { warpNative } from './warp.js';

/** `warpImage` of the main entry, within 0.01 grey levels: in float32, from bytes with positions in 1/16384 pixel. */
export function warpImage(
  image: Image,
  affine: Affine,
  outputSize: Size,
  options: WarpOptions = {},
): Float32Array {
  return warpImageWith(warpNative, image, affine, outputSize, options);
}

/** `warpImageToBytes` of the main entry; bytes differ, by 1, only where the value lies within 0.02 of a half. */
export function warpImageToBytes<T extends Uint8Array | Uint8ClampedArray = Uint8Array>(
  image: Image,
  affine: Affine,
  outputSize: Size,
  options: WarpBytesOptions<T> = {},
): T {
  return warpBytesWith(warpNative, image, affine, outputSize, options);
}
