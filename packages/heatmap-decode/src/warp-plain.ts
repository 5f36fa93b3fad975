import type { Affine } from './affine.js';
import type { Size } from './size.js';
import { type PixelSource, type WarpRow, warpRow } from './warp-row.js';

/** Samples `source` at `inverse` (output to image) for each output pixel, into floats, or bytes: rounded and clamped. */
export type Warper = (
  source: PixelSource,
  inverse: Affine,
  outputSize: Size,
  row: WarpRow,
  out: Float32Array | Uint8Array | Uint8ClampedArray,
) => void;

export const warpPlain: Warper = (source, inverse, { width, height }, row, out) => {
  const stride = width * 3;
  if (out instanceof Float32Array) {
    for (let y = 0; y < height; y++) warpRow(source, inverse, y, width, row, out, y * stride);
    return;
  }
  const line = new Float32Array(stride);
  // The arrays clamp; what they are given is whole.
  const bytes =
    out instanceof Uint8ClampedArray
      ? out
      : new Uint8ClampedArray(out.buffer, out.byteOffset, out.length);
  for (let y = 0, at = 0; y < height; y++) {
    warpRow(source, inverse, y, width, row, line, 0);
    for (let i = 0; i < stride; i++, at++) bytes[at] = Math.floor(line[i]! + 0.5);
  }
};
