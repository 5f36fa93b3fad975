import { tapsOf } from './depthwise-row';
import { multiplyAdd, touch } from './simd';

/**
 * Filter gradient of a depthwise convolution: `filter[ky, kx][c] = sum over pixels of x[..][c] * dy[..][c]`.
 *
 * Row by row, four channels at a time, with the sums of a filter row in registers. `acc` holds 16 bytes per tap and block of
 * four channels.
 */
export function depthwiseFilterGradient(
  x: usize, dy: usize, filter: usize, batch: u32, height: i32, width: i32, channels: u32, outHeight: i32, outWidth: i32,
  filterHeight: u32, filterWidth: u32, strideY: i32, strideX: i32, padTop: i32, padLeft: i32, dilationY: i32, dilationX: i32,
  acc: usize, sink: usize,
): void {
  const pixelBytes: usize = channels << 2;
  const rowBytes: usize = pixelBytes * width;
  const outRowBytes: usize = pixelBytes * outWidth;
  const taps = filterHeight * filterWidth;
  const blocks: u32 = channels < 4 ? 0 : (channels + 3) >> 2;
  memory.fill(acc, 0, (blocks * taps) << 4);
  const slides =
    filterHeight == 3 && filterWidth == 3 && strideY == 1 && strideX == 1 && dilationY == 1 && dilationX == 1;
  for (let image: u32 = 0; image < batch; image++) {
    const xImage = x + image * height * rowBytes;
    const dyImage = dy + image * outHeight * outRowBytes;
    for (let row = 0; row < outHeight; row++) {
      let sums = acc;
      touch(dyImage + row * outRowBytes, outRowBytes, sink);
      // The rows of x that come in with this row of dy.
      const bottom = min(height - 1, row * strideY + <i32>(filterHeight - 1) * dilationY - padTop);
      for (let y = max(0, bottom - strideY + 1); y <= bottom; y++) touch(xImage + y * rowBytes, rowBytes, sink);
      for (let block: u32 = 0; block < blocks; block++) {
        // The last block overlaps the one before it where the channels do not fill whole vectors.
        const lane: usize = min(block << 2, channels - 4) << 2;
        const dyRow = dyImage + row * outRowBytes + lane;
        if (slides) {
          const top = row - padTop;
          const firstY = max(0, -top);
          const lines = min(3, height - top) - firstY;
          const xRow = xImage + (top + firstY) * rowBytes + lane;
          const at = sums + firstY * 48;
          if (lines == 3) slide3(xRow, rowBytes, dyRow, width, outWidth, padLeft, pixelBytes, at);
          else if (lines == 2) slide2(xRow, rowBytes, dyRow, width, outWidth, padLeft, pixelBytes, at);
          else if (lines == 1) slide1(xRow, rowBytes, dyRow, width, outWidth, padLeft, pixelBytes, at);
          sums += 144;
          continue;
        }
        for (let ky: u32 = 0; ky < filterHeight; ky++) {
          const y = row * strideY + <i32>ky * dilationY - padTop;
          const xRow = xImage + y * rowBytes + lane;
          if (<u32>y >= <u32>height) {
            // No source row for this tap.
          } else {
            for (let kx: u32 = 0; kx < filterWidth; ) {
              const taps = tapsOf(filterWidth - kx);
              const offset = <i32>kx * dilationX - padLeft;
              const at = sums + (kx << 4);
              if (taps == 5) row5(xRow, dyRow, width, outWidth, strideX, offset, dilationX, pixelBytes, at);
              else if (taps == 4) row4(xRow, dyRow, width, outWidth, strideX, offset, dilationX, pixelBytes, at);
              else if (taps == 3) row3(xRow, dyRow, width, outWidth, strideX, offset, dilationX, pixelBytes, at);
              else if (taps == 2) row2(xRow, dyRow, width, outWidth, strideX, offset, dilationX, pixelBytes, at);
              else row1(xRow, dyRow, width, outWidth, strideX, offset, dilationX, pixelBytes, at);
              kx += taps;
            }
          }
          sums += filterWidth << 4;
        }
      }
    }
  }
  for (let block: u32 = 0; block < blocks; block++) {
    const lane: usize = min(block << 2, channels - 4) << 2;
    for (let tap: u32 = 0; tap < taps; tap++) {
      v128.store(filter + tap * pixelBytes + lane, v128.load(acc + ((block * taps + tap) << 4)));
    }
  }
  for (let channel: u32 = 0; channels < 4 && channel < channels; channel++) {
    const lane: usize = channel << 2;
    for (let tap: u32 = 0; tap < taps; tap++) {
      let sum: f32 = 0;
      const offsetX = <i32>(tap % filterWidth) * dilationX - padLeft;
      for (let image: u32 = 0; image < batch; image++) {
        for (let row = 0; row < outHeight; row++) {
          const y = row * strideY + <i32>(tap / filterWidth) * dilationY - padTop;
          if (<u32>y >= <u32>height) continue;
          const xRow = x + (image * height + y) * rowBytes + lane;
          const dyRow = dy + (image * outHeight + row) * outRowBytes + lane;
          for (let column = 0; column < outWidth; column++) {
            const at = column * strideX + offsetX;
            if (<u32>at < <u32>width) sum += load<f32>(xRow + at * pixelBytes) * load<f32>(dyRow + column * pixelBytes);
          }
        }
      }
      store<f32>(filter + tap * pixelBytes + lane, sum);
    }
  }
}

/** x at a column times `value` added to `sum`; beside the row x is zero. */
// @ts-ignore: decorator
@inline
function addAt(xRow: usize, at: i32, width: i32, pixelBytes: usize, value: v128, sum: v128): v128 {
  return <u32>at < <u32>width ? multiplyAdd(v128.load(xRow + at * pixelBytes), value, sum) : sum;
}

/** One row of `taps` (1 to 5) taps, `dilation` apart; output j reads the first of them at j * stride + offset. */
// @ts-ignore: decorator
@inline
function rowOf(
  taps: i32, xRow: usize, dyRow: usize, width: i32, outWidth: i32, stride: i32, offset: i32, dilation: i32, pixelBytes: usize,
  acc: usize,
): void {
  // Columns at which all taps read inside the row.
  const first = offset >= 0 ? 0 : min(outWidth, (stride - 1 - offset) / stride);
  const last = width - 1 - (taps - 1) * dilation - offset;
  const end = last < 0 ? first : max(first, min(outWidth, last / stride + 1));
  let sum0 = v128.load(acc);
  let sum1 = taps > 1 ? v128.load(acc, 16) : sum0;
  let sum2 = taps > 2 ? v128.load(acc, 32) : sum0;
  let sum3 = taps > 3 ? v128.load(acc, 48) : sum0;
  let sum4 = taps > 4 ? v128.load(acc, 64) : sum0;
  for (let column = 0; column < outWidth; column++) {
    if (column == first) column = end;
    if (column >= outWidth) break;
    const value = v128.load(dyRow + column * pixelBytes);
    const at = column * stride + offset;
    sum0 = addAt(xRow, at, width, pixelBytes, value, sum0);
    if (taps > 1) sum1 = addAt(xRow, at + dilation, width, pixelBytes, value, sum1);
    if (taps > 2) sum2 = addAt(xRow, at + 2 * dilation, width, pixelBytes, value, sum2);
    if (taps > 3) sum3 = addAt(xRow, at + 3 * dilation, width, pixelBytes, value, sum3);
    if (taps > 4) sum4 = addAt(xRow, at + 4 * dilation, width, pixelBytes, value, sum4);
  }
  let dy = dyRow + first * pixelBytes;
  let x = xRow + (first * stride + offset) * pixelBytes;
  const step = stride * pixelBytes;
  const gap = dilation * pixelBytes;
  for (let column = first; column < end; column++) {
    const value = v128.load(dy);
    sum0 = multiplyAdd(v128.load(x), value, sum0);
    if (taps > 1) sum1 = multiplyAdd(v128.load(x + gap), value, sum1);
    if (taps > 2) sum2 = multiplyAdd(v128.load(x + 2 * gap), value, sum2);
    if (taps > 3) sum3 = multiplyAdd(v128.load(x + 3 * gap), value, sum3);
    if (taps > 4) sum4 = multiplyAdd(v128.load(x + 4 * gap), value, sum4);
    dy += pixelBytes;
    x += step;
  }
  v128.store(acc, sum0);
  if (taps > 1) v128.store(acc, sum1, 16);
  if (taps > 2) v128.store(acc, sum2, 32);
  if (taps > 3) v128.store(acc, sum3, 48);
  if (taps > 4) v128.store(acc, sum4, 64);
}

function row1(
  xRow: usize, dyRow: usize, width: i32, outWidth: i32, stride: i32, offset: i32, dilation: i32, pixelBytes: usize, acc: usize,
): void {
  rowOf(1, xRow, dyRow, width, outWidth, stride, offset, dilation, pixelBytes, acc);
}

function row2(
  xRow: usize, dyRow: usize, width: i32, outWidth: i32, stride: i32, offset: i32, dilation: i32, pixelBytes: usize, acc: usize,
): void {
  rowOf(2, xRow, dyRow, width, outWidth, stride, offset, dilation, pixelBytes, acc);
}

function row3(
  xRow: usize, dyRow: usize, width: i32, outWidth: i32, stride: i32, offset: i32, dilation: i32, pixelBytes: usize, acc: usize,
): void {
  rowOf(3, xRow, dyRow, width, outWidth, stride, offset, dilation, pixelBytes, acc);
}

function row4(
  xRow: usize, dyRow: usize, width: i32, outWidth: i32, stride: i32, offset: i32, dilation: i32, pixelBytes: usize, acc: usize,
): void {
  rowOf(4, xRow, dyRow, width, outWidth, stride, offset, dilation, pixelBytes, acc);
}

function row5(
  xRow: usize, dyRow: usize, width: i32, outWidth: i32, stride: i32, offset: i32, dilation: i32, pixelBytes: usize, acc: usize,
): void {
  rowOf(5, xRow, dyRow, width, outWidth, stride, offset, dilation, pixelBytes, acc);
}

/** dy at a column, and zero beside the row. */
// @ts-ignore: decorator
@inline
function at(dy: usize, column: i32, outWidth: i32, pixelBytes: usize): v128 {
  return <u32>column < <u32>outWidth ? v128.load(dy + column * pixelBytes) : f32x4.splat(0);
}

/** All nine taps of a stride-1 filter over one row: each value is read once, and meets a window of three values of dy. */
// @ts-ignore: decorator
@inline
function slide(
  lines: u32, x: usize, rowBytes: usize, dy: usize, width: i32, outWidth: i32, padLeft: i32, pixelBytes: usize, acc: usize,
): void {
  let s00 = v128.load(acc);
  let s01 = v128.load(acc, 16);
  let s02 = v128.load(acc, 32);
  let s10 = lines > 1 ? v128.load(acc, 48) : s00;
  let s11 = lines > 1 ? v128.load(acc, 64) : s00;
  let s12 = lines > 1 ? v128.load(acc, 80) : s00;
  let s20 = lines > 2 ? v128.load(acc, 96) : s00;
  let s21 = lines > 2 ? v128.load(acc, 112) : s00;
  let s22 = lines > 2 ? v128.load(acc, 128) : s00;
  // Source pixel p meets dy at p + padLeft (tap 0) and at the two before it (taps 1 and 2).
  let d1 = at(dy, padLeft - 1, outWidth, pixelBytes);
  let d2 = at(dy, padLeft - 2, outWidth, pixelBytes);
  let column = padLeft;
  for (let pixel = 0; pixel < width; pixel++) {
    const d0 = at(dy, column, outWidth, pixelBytes);
    const v0 = v128.load(x);
    s00 = multiplyAdd(v0, d0, s00);
    s01 = multiplyAdd(v0, d1, s01);
    s02 = multiplyAdd(v0, d2, s02);
    if (lines > 1) {
      const v1 = v128.load(x + rowBytes);
      s10 = multiplyAdd(v1, d0, s10);
      s11 = multiplyAdd(v1, d1, s11);
      s12 = multiplyAdd(v1, d2, s12);
    }
    if (lines > 2) {
      const v2 = v128.load(x + 2 * rowBytes);
      s20 = multiplyAdd(v2, d0, s20);
      s21 = multiplyAdd(v2, d1, s21);
      s22 = multiplyAdd(v2, d2, s22);
    }
    d2 = d1;
    d1 = d0;
    x += pixelBytes;
    column++;
  }
  v128.store(acc, s00);
  v128.store(acc, s01, 16);
  v128.store(acc, s02, 32);
  if (lines > 1) {
    v128.store(acc, s10, 48);
    v128.store(acc, s11, 64);
    v128.store(acc, s12, 80);
  }
  if (lines > 2) {
    v128.store(acc, s20, 96);
    v128.store(acc, s21, 112);
    v128.store(acc, s22, 128);
  }
}

function slide1(x: usize, rowBytes: usize, dy: usize, width: i32, outWidth: i32, padLeft: i32, pixelBytes: usize, acc: usize): void {
  slide(1, x, rowBytes, dy, width, outWidth, padLeft, pixelBytes, acc);
}

function slide2(x: usize, rowBytes: usize, dy: usize, width: i32, outWidth: i32, padLeft: i32, pixelBytes: usize, acc: usize): void {
  slide(2, x, rowBytes, dy, width, outWidth, padLeft, pixelBytes, acc);
}

function slide3(x: usize, rowBytes: usize, dy: usize, width: i32, outWidth: i32, padLeft: i32, pixelBytes: usize, acc: usize): void {
  slide(3, x, rowBytes, dy, width, outWidth, padLeft, pixelBytes, acc);
}
