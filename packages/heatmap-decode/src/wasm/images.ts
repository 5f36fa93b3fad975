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

/** `warpImage` of the main entry in float32 throughout: within 1e-3 grey levels of it. */
export function warpImage(
  image: Image,
  affine: Affine,
  outputSize: Size,
  options: WarpOptions = {},
): Float32Array {
  return warpImageWith(warpNative, image, affine, outputSize, options);
}

/** `warpImageToBytes` of the main entry; bytes differ, by 1, only where the value lies within 1e-3 of a half. */
export function warpImageToBytes<T extends Uint8Array | Uint8ClampedArray = Uint8Array>(
  image: Image,
  affine: Affine,
  outputSize: Size,
  options: WarpBytesOptions<T> = {},
): T {
  return warpBytesWith(warpNative, image, affine, outputSize, options);
}
