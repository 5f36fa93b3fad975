import { multiplyAdd, touch } from './simd';

/**
 * Input gradient of a depthwise 3x3 convolution of stride 2, four channels at a time (so 4 or more channels).
 *
 * Each value of dy is read once per row of dx it reaches and goes to three neighbouring columns there.
 */
export function depthwiseSpread(
  dy: usize, outHeight: i32, outWidth: i32, channels: u32, batch: u32, dx: usize, height: i32, width: i32, filter: usize,
  padTop: i32, padLeft: i32, sink: usize,
): void {
  const pixelBytes: usize = channels << 2;
  const dyRow: usize = pixelBytes * outWidth;
  const dxRow: usize = pixelBytes * width;
  const vectors = channels >> 2;
  for (let image: u32 = 0; image < batch; image++) {
    const dyImage = dy + image * outHeight * dyRow;
    for (let row = 0; row < height; row++) {
      const target = dx + (image * height + row) * dxRow;
      // Rows ky of the filter with row + padTop - ky = 2 * (row of dy); the upper one has the larger ky.
      let ky = (row + padTop) & 1;
      let bottom = (row + padTop - ky) >> 1;
      let lines: u32 = ky == 0 ? 2 : 1;
      if (bottom >= outHeight) {
        // The lower row of dy is outside; the upper one may not be.
        if (lines == 2 && bottom == outHeight) {
          ky = 2;
          bottom--;
          lines = 1;
        } else lines = 0;
      } else if (lines == 2 && bottom < 1) lines = 1;
      if (lines == 0) {
        memory.fill(target, 0, dxRow);
        continue;
      }
      const source = dyImage + bottom * dyRow;
      touch(source, dyRow, sink);
      touch(target, dxRow, sink);
      const weights = filter + ky * 3 * pixelBytes;
      for (let block: u32 = 0; block <= vectors; block++) {
        // The last block overlaps the one before it where the channels do not fill whole vectors.
        if (block == vectors && (channels & 3) == 0) break;
        const at: usize = min(block << 2, channels - 4) << 2;
        if (lines == 2) spread2(source + at, dyRow, weights + at, target + at, padLeft, width, outWidth, pixelBytes);
        else spread1(source + at, dyRow, weights + at, target + at, padLeft, width, outWidth, pixelBytes);
      }
    }
  }
}

/** One row of dx from dy's row at `source` and, for two lines, the row above it with the filter's row two further down. */
// @ts-ignore: decorator
@inline
function spread(
  lines: u32, source: usize, dyRow: usize, weights: usize, target: usize, padLeft: i32, width: i32, outWidth: i32,
  pixelBytes: usize,
): void {
  const w00 = v128.load(weights);
  const w01 = v128.load(weights + pixelBytes);
  const w02 = v128.load(weights + 2 * pixelBytes);
  const w10 = lines > 1 ? v128.load(weights + 6 * pixelBytes) : w00;
  const w11 = lines > 1 ? v128.load(weights + 7 * pixelBytes) : w00;
  const w12 = lines > 1 ? v128.load(weights + 8 * pixelBytes) : w00;
  const none = f32x4.splat(0);
  let carry = none;
  let column = -padLeft;
  for (let j = 0; j < outWidth; j++) {
    const v0 = v128.load(source);
    let even = multiplyAdd(v0, w00, carry);
    let odd = f32x4.mul(v0, w01);
    carry = f32x4.mul(v0, w02);
    if (lines > 1) {
      const v1 = v128.load(source - dyRow);
      even = multiplyAdd(v1, w10, even);
      odd = multiplyAdd(v1, w11, odd);
      carry = multiplyAdd(v1, w12, carry);
    }
    if (<u32>column < <u32>width) v128.store(target + column * pixelBytes, even);
    if (<u32>(column + 1) < <u32>width) v128.store(target + (column + 1) * pixelBytes, odd);
    column += 2;
    source += pixelBytes;
  }
  for (let rest = max(column, 0); rest < width; rest++) {
    v128.store(target + rest * pixelBytes, rest == column ? carry : none);
  }
}

function spread1(source: usize, dyRow: usize, weights: usize, target: usize, padLeft: i32, width: i32, outWidth: i32, pixelBytes: usize): void {
  spread(1, source, dyRow, weights, target, padLeft, width, outWidth, pixelBytes);
}

function spread2(source: usize, dyRow: usize, weights: usize, target: usize, padLeft: i32, width: i32, outWidth: i32, pixelBytes: usize): void {
  spread(2, source, dyRow, weights, target, padLeft, width, outWidth, pixelBytes);
}
