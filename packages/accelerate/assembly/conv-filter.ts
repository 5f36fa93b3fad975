import { pairedColumns } from './panels';
import { touch } from './simd';
import { MOST_ROWS, outer1, outer16, outer2, outer3, outer4, outer8 } from '../build/tiles';

/** Width of the tile that covers the columns left: 8 or 4 with overlap at the end, or fewer than 4 when there are no more. */
// @ts-ignore: decorator
@inline
function tileColumns(left: u32, n: u32): u32 {
  if (n < 4) return n;
  return left <= 4 || n < 8 ? 4 : 8;
}

/**
 * Adds to `acc` the filter gradient of a convolution: `acc[ky, kx][i][j] += sum over pixels of x[..][i] * dy[..][j]`.
 *
 * `acc` is laid out in tiles (see `unpackFilter`), zeroed by the caller. Works on `block` output rows at a time, so that they
 * stay in the cache for all taps. `sink` is a word of scratch memory.
 */
export function convFilterGradient(
  x: usize, xPixel: usize, xRowBytes: usize, xBatchBytes: usize, height: i32, width: i32, k: u32,
  dy: usize, dyPixel: usize, batch: u32, outHeight: i32, outWidth: i32, n: u32, acc: usize,
  filterHeight: u32, filterWidth: u32, strideY: i32, strideX: i32, padTop: i32, padLeft: i32, dilationY: i32, dilationX: i32,
  block: i32, chunk: i32, sink: usize,
): void {
  const xStep: usize = xPixel * strideX;
  const xRow: usize = xRowBytes * strideY;
  for (let image: u32 = 0; image < batch; image++) {
    const xImage = x + image * xBatchBytes;
    const dyImage = dy + image * outHeight * outWidth * dyPixel;
    for (let top = 0; top < outHeight; top += block) {
      const bottom = min(top + block, outHeight);
      for (let left = 0; left < outWidth; left += chunk) {
        const right = min(left + chunk, outWidth);
        const leftmost = max(0, left * strideX - padLeft);
        const rightmost = min(width, (right - 1) * strideX - padLeft + <i32>(filterWidth - 1) * dilationX + 1);
        const lowest = min(height, (bottom - 1) * strideY - padTop + <i32>(filterHeight - 1) * dilationY + 1);
        for (let row = top; row < bottom; row++) {
          touch(dyImage + (row * outWidth + left) * dyPixel, (right - left) * dyPixel, sink);
        }
        if (leftmost < rightmost) {
          for (let row = max(0, top * strideY - padTop); row < lowest; row++) {
            touch(xImage + row * xRowBytes + leftmost * xPixel, (rightmost - leftmost) * xPixel, sink);
          }
        }
        let tile = acc;
        for (let ky: u32 = 0; ky < filterHeight; ky++) {
          const offsetY = <i32>ky * dilationY - padTop;
          const firstRow = max(top, firstInside(offsetY, strideY));
          const endRow = min(bottom, endInside(offsetY, strideY, height));
          for (let kx: u32 = 0; kx < filterWidth; kx++) {
            const offsetX = <i32>kx * dilationX - padLeft;
            const first = max(left, firstInside(offsetX, strideX));
            const end = min(right, endInside(offsetX, strideX, width));
            if (firstRow < endRow && first < end) {
              const pixels = end - first;
              accumulate(
                xImage + (firstRow * strideY + offsetY) * xRowBytes + (first * strideX + offsetX) * xPixel,
                dyImage + (firstRow * outWidth + first) * dyPixel, endRow - firstRow, pixels, xStep, dyPixel,
                xRow - pixels * xStep, (outWidth - pixels) * dyPixel, k, n, tile,
              );
            }
            tile += tapFloats(k, n) << 2;
          }
        }
      }
    }
  }
}

/** All tiles of one tap over one block of pixels. */
function accumulate(
  x: usize, dy: usize, lines: u32, pixels: u32, xStep: usize, dyStep: usize, xGap: usize, dyGap: usize, k: u32, n: u32,
  tile: usize,
): void {
  const paired = pairedColumns(n);
  for (let j: u32 = 0; j < paired; j += 16) {
    const dyAt = dy + (j << 2);
    for (let i: u32 = 0; i < k; i += MOST_ROWS) {
      const rows = min<u32>(MOST_ROWS, k - i);
      outer16(rows, x + (i << 2), dyAt, lines, pixels, xStep, dyStep, xGap, dyGap, tile, dyAt + 32, tile + (k << 5));
      tile += rows << 5;
    }
    tile += k << 5;
  }
  for (let j = paired; j < n; ) {
    const columns = tileColumns(n - j, n);
    const dyAt = dy + (min(j, n - columns) << 2);
    for (let i: u32 = 0; i < k; i += MOST_ROWS) {
      const rows = min<u32>(MOST_ROWS, k - i);
      const xAt = x + (i << 2);
      if (columns == 8) outer8(rows, xAt, dyAt, lines, pixels, xStep, dyStep, xGap, dyGap, tile);
      else if (columns == 4) outer4(rows, xAt, dyAt, lines, pixels, xStep, dyStep, xGap, dyGap, tile);
      else if (columns == 3) outer3(rows, xAt, dyAt, lines, pixels, xStep, dyStep, xGap, dyGap, tile);
      else if (columns == 2) outer2(rows, xAt, dyAt, lines, pixels, xStep, dyStep, xGap, dyGap, tile);
      else outer1(rows, xAt, dyAt, lines, pixels, xStep, dyStep, xGap, dyGap, tile);
      tile += (rows * max<u32>(columns, 4)) << 2;
    }
    j += columns;
  }
}

/** Smallest output index whose source `offset + index * stride` is not before the image. */
// @ts-ignore: decorator
@inline
function firstInside(offset: i32, stride: i32): i32 {
  return offset >= 0 ? 0 : (stride - 1 - offset) / stride;
}

/** One past the largest output index whose source lies inside the image; 0 or less when none does. */
// @ts-ignore: decorator
@inline
function endInside(offset: i32, stride: i32, size: i32): i32 {
  return offset >= size ? 0 : (size - 1 - offset) / stride + 1;
}

/** Floats that the tiles of one tap take. */
export function tapFloats(k: u32, n: u32): u32 {
  let columns: u32 = 0;
  for (let j: u32 = 0; j < n; ) {
    const width = tileColumns(n - j, n);
    columns += max<u32>(width, 4);
    j += width;
  }
  return columns * k;
}

/** Copies the tiles of `convFilterGradient` into a filter `[tap][k][n]` whose rows lie `rowBytes` apart. */
export function unpackFilter(acc: usize, filter: usize, rowBytes: usize, taps: u32, k: u32, n: u32): void {
  for (let tap: u32 = 0; tap < taps; tap++) {
    for (let j: u32 = 0; j < n; ) {
      const columns = tileColumns(n - j, n);
      const column = min(j, n - columns);
      for (let i: u32 = 0; i < k; i++) {
        const to = filter + (tap * k + i) * rowBytes + (column << 2);
        for (let c: u32 = 0; c < columns; c++) store<f32>(to + (c << 2), load<f32>(acc + (c << 2)));
        acc += max<u32>(columns, 4) << 2;
      }
      j += columns;
    }
  }
}
