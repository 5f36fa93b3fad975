import { DatasetError } from '../error.js';
import type { RgbImage } from '../types.js';

/** Memory for a picture: that of an earlier one when it has the same size. */
export function openImage(
  width: number,
  height: number,
  out?: RgbImage,
): { data: Uint8Array | Uint8ClampedArray; width: number; height: number } {
  if (out && out.data.length !== out.width * out.height * 3) {
    throw new DatasetError(
      'SHAPE_MISMATCH',
      `out: expected ${out.width} x ${out.height} x 3 values, got ${out.data.length}.`,
      { width: out.width, height: out.height, length: out.data.length },
    );
  }
  const same = out && out.width === width && out.height === height;
  const data = same ? out.data : new Uint8ClampedArray(width * height * 3);
  return { data, width, height };
}
