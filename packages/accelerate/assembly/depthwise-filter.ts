import { multiplyAdd } from './simd';

/**
 * Filter gradient of a depthwise convolution: `filter[ky, kx][c] = sum over pixels of x[..][c] * dy[..][c]`.
 *
 * Row by row, four channels at a time, with the sums of a filter row in registers. `acc` holds 16 bytes per tap and block of
 * four channels.
 */
export function depthwiseFilterGradient(
  x: usize, dy: usize, filter: usize, batch: u32, height: i32, width: i32, channels: u32, outHeight: i32, outWidth: i32,
  filterHeight: u32, filterWidth: u32, strideY: i32, strideX: i32, padTop: i32, padLeft: i32, dilationY: i32, dilationX: i32,
  acc: usize,
): void {
  const pixelBytes: usize = channels << 2;
  const rowBytes: usize = pixelBytes * width;
  const outRowBytes: usize = pixelBytes * outWidth;
  const taps = filterHeight * filterWidth;
  const blocks: u32 = channels < 4 ? 0 : (channels + 3) >> 2;
  memory.fill(acc, 0, (blocks * taps) << 4);
  for (let image: u32 = 0; image < batch; image++) {
    const xImage = x + image * height * rowBytes;
    const dyImage = dy + image * outHeight * outRowBytes;
    for (let row = 0; row < outHeight; row++) {
      let sums = acc;
      for (let block: u32 = 0; block < blocks; block++) {
        // The last block overlaps the one before it where the channels do not fill whole vectors.
        const lane: usize = min(block << 2, channels - 4) << 2;
        const dyRow = dyImage + row * outRowBytes + lane;
        for (let ky: u32 = 0; ky < filterHeight; ky++) {
          const y = row * strideY + <i32>ky * dilationY - padTop;
          const xRow = xImage + y * rowBytes + lane;
          if (<u32>y >= <u32>height) {
            // No source row for this tap.
          } else if (filterWidth == 3) {
            row3(xRow, dyRow, width, outWidth, strideX, padLeft, dilationX, pixelBytes, sums);
          } else {
            for (let kx: u32 = 0; kx < filterWidth; kx++) {
              row1(xRow, dyRow, width, outWidth, strideX, <i32>kx * dilationX - padLeft, pixelBytes, sums + (kx << 4));
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

/** One row of one tap. */
function row1(
  xRow: usize, dyRow: usize, width: i32, outWidth: i32, stride: i32, offset: i32, pixelBytes: usize, acc: usize,
): void {
  const first = offset >= 0 ? 0 : (stride - 1 - offset) / stride;
  const end = offset >= width ? 0 : min(outWidth, (width - 1 - offset) / stride + 1);
  let x = xRow + (first * stride + offset) * pixelBytes;
  let dy = dyRow + first * pixelBytes;
  const step = stride * pixelBytes;
  let sum = v128.load(acc);
  for (let column = first; column < end; column++) {
    sum = multiplyAdd(v128.load(x), v128.load(dy), sum);
    x += step;
    dy += pixelBytes;
  }
  v128.store(acc, sum);
}

/** One row of three neighbouring taps. */
function row3(
  xRow: usize, dyRow: usize, width: i32, outWidth: i32, stride: i32, padLeft: i32, dilation: i32, pixelBytes: usize, acc: usize,
): void {
  // Columns at which all three taps read inside the row.
  const first = min(outWidth, (padLeft + stride - 1) / stride);
  const last = width - 1 - 2 * dilation + padLeft;
  const end = last < 0 ? first : max(first, min(outWidth, last / stride + 1));
  let sum0 = v128.load(acc);
  let sum1 = v128.load(acc, 16);
  let sum2 = v128.load(acc, 32);
  for (let column = 0; column < outWidth; column++) {
    if (column == first) column = end;
    if (column >= outWidth) break;
    const value = v128.load(dyRow + column * pixelBytes);
    const at = column * stride - padLeft;
    if (<u32>at < <u32>width) sum0 = multiplyAdd(v128.load(xRow + at * pixelBytes), value, sum0);
    if (<u32>(at + dilation) < <u32>width) sum1 = multiplyAdd(v128.load(xRow + (at + dilation) * pixelBytes), value, sum1);
    if (<u32>(at + 2 * dilation) < <u32>width) sum2 = multiplyAdd(v128.load(xRow + (at + 2 * dilation) * pixelBytes), value, sum2);
  }
  let dy = dyRow + first * pixelBytes;
  let x = xRow + (first * stride - padLeft) * pixelBytes;
  const step = stride * pixelBytes;
  const gap = dilation * pixelBytes;
  for (let column = first; column < end; column++) {
    const value = v128.load(dy);
    sum0 = multiplyAdd(v128.load(x), value, sum0);
    sum1 = multiplyAdd(v128.load(x + gap), value, sum1);
    sum2 = multiplyAdd(v128.load(x + 2 * gap), value, sum2);
    dy += pixelBytes;
    x += step;
  }
  v128.store(acc, sum0);
  v128.store(acc, sum1, 16);
  v128.store(acc, sum2, 32);
}
