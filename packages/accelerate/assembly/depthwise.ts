import { addRow } from './depthwise-row';
import { multiplyAdd, touch } from './simd';

// @ts-ignore: decorator
@inline
function outside(index: i32, size: i32): bool {
  return <u32>index >= <u32>size;
}

/**
 * One depthwise convolution over a regular grid of output pixels; the grid is that of `convGather`.
 *
 * `weights` is [tap][channels] in the order of the tap lists. Three neighbouring taps in steps of one or two pixels (any 3x3 of
 * stride 1 or 2, and the input gradient at stride 1) run as a sliding window; larger filters row by row;
 * anything else tap by tap. `zeros` holds `channels` floats.
 */
export function depthwiseGather(
  source: usize, height: i32, width: i32, channels: u32, batch: u32,
  target: usize, targetBatchBytes: usize, targetRowBytes: usize, targetColumnBytes: usize, rows: u32, columns: u32,
  tapsY: u32, offsetsY: usize, stepY: i32, tapsX: u32, offsetsX: usize, stepX: i32, weights: usize, pointers: usize,
): void {
  const pixelBytes: usize = channels << 2;
  const rowBytes: usize = pixelBytes * width;
  const vectors = channels >> 2;
  const first = tapsX != 0 ? load<i32>(offsetsX) : 0;
  const slides =
    channels >= 4 && tapsX == 3 && stepX <= 2 && tapsY <= 3 &&
    load<i32>(offsetsX, 4) == first + 1 && load<i32>(offsetsX, 8) == first + 2;
  // Larger filters go row by row, where their taps are neighbours and most columns lie inside.
  let byRows = channels >= 4 && tapsX > 1 && stepX == 1 && width >= <i32>(3 * tapsX);
  for (let tap: u32 = 1; tap < tapsX; tap++) byRows = byRows && load<i32>(offsetsX + (tap << 2)) == first + <i32>tap;
  for (let image: u32 = 0; image < batch; image++) {
    const sourceImage = source + image * height * rowBytes;
    for (let row: u32 = 0; row < rows; row++) {
      const targetRow = target + image * targetBatchBytes + row * targetRowBytes;
      let start: u32 = 0;
      while (start < tapsY && outside(load<i32>(offsetsY + (start << 2)) + <i32>row * stepY, height)) start++;
      let end = tapsY;
      while (end > start && outside(load<i32>(offsetsY + ((end - 1) << 2)) + <i32>row * stepY, height)) end--;
      const lines = end - start;
      if (slides && lines != 0) {
        const rowWeights = weights + start * 3 * pixelBytes;
        const line0 = sourceImage + (load<i32>(offsetsY + (start << 2)) + <i32>row * stepY) * rowBytes;
        let gap: usize = 0;
        if (lines > 1) gap = (load<i32>(offsetsY + ((start + 1) << 2)) - load<i32>(offsetsY + (start << 2))) * rowBytes;
        // The rows that came in with this output row, and the output itself.
        touch(line0 + (lines - 1) * gap, rowBytes, pointers);
        if (stepY > 1 && lines > 1) touch(line0 + (lines - 2) * gap, rowBytes, pointers);
        touch(targetRow, (columns - 1) * targetColumnBytes + pixelBytes, pointers);
        for (let block: u32 = 0; block <= vectors; block++) {
          // The last block overlaps the one before it where the channels do not fill whole vectors.
          if (block == vectors && (channels & 3) == 0) break;
          const at: usize = min(block << 2, channels - 4) << 2;
          if (stepX == 1) {
            if (lines == 3) slide3(line0 + at, gap, rowWeights + at, targetRow + at, first, width, columns, pixelBytes, targetColumnBytes);
            else if (lines == 2) slide2(line0 + at, gap, rowWeights + at, targetRow + at, first, width, columns, pixelBytes, targetColumnBytes);
            else slide1(line0 + at, gap, rowWeights + at, targetRow + at, first, width, columns, pixelBytes, targetColumnBytes);
          } else {
            if (lines == 3) stride3(line0 + at, gap, rowWeights + at, targetRow + at, first, width, columns, pixelBytes, targetColumnBytes);
            else if (lines == 2) stride2(line0 + at, gap, rowWeights + at, targetRow + at, first, width, columns, pixelBytes, targetColumnBytes);
            else stride1(line0 + at, gap, rowWeights + at, targetRow + at, first, width, columns, pixelBytes, targetColumnBytes);
          }
        }
        continue;
      }
      if (byRows && lines != 0) {
        touch(sourceImage + (load<i32>(offsetsY + ((end - 1) << 2)) + <i32>row * stepY) * rowBytes, rowBytes, pointers);
        touch(targetRow, (columns - 1) * targetColumnBytes + pixelBytes, pointers);
        for (let block: u32 = 0; block <= vectors; block++) {
          if (block == vectors && (channels & 3) == 0) break;
          const at: usize = min(block << 2, channels - 4) << 2;
          for (let ty = start; ty < end; ty++) {
            const line = sourceImage + (load<i32>(offsetsY + (ty << 2)) + <i32>row * stepY) * rowBytes;
            const rowWeights = weights + ty * tapsX * pixelBytes;
            addRow(
              tapsX, line + at, rowWeights + at, targetRow + at, first, width, columns, pixelBytes, targetColumnBytes, ty != start,
            );
          }
        }
        continue;
      }
      for (let column: u32 = 0; column < columns; column++) {
        let taps: u32 = 0;
        for (let ty = start; ty < end; ty++) {
          const sourceRow = sourceImage + (load<i32>(offsetsY + (ty << 2)) + <i32>row * stepY) * rowBytes;
          for (let tx: u32 = 0; tx < tapsX; tx++) {
            const x = load<i32>(offsetsX + (tx << 2)) + <i32>column * stepX;
            if (outside(x, width)) continue;
            store<usize>(pointers + (taps << 3), sourceRow + x * pixelBytes);
            store<usize>(pointers + (taps << 3), weights + (ty * tapsX + tx) * pixelBytes, 4);
            taps++;
          }
        }
        pixelSum(pointers, taps, channels, targetRow + column * targetColumnBytes);
      }
    }
  }
}

/** Weighted sum of `taps` pixels, given as pairs (source, weights). */
function pixelSum(pointers: usize, taps: u32, channels: u32, target: usize): void {
  let at: usize = 0;
  const bytes: usize = channels << 2;
  for (; at + 32 <= bytes; at += 32) {
    let low = f32x4.splat(0);
    let high = f32x4.splat(0);
    let pair = pointers;
    for (let tap: u32 = 0; tap < taps; tap++) {
      const from = load<usize>(pair) + at;
      const weight = load<usize>(pair, 4) + at;
      low = multiplyAdd(v128.load(from), v128.load(weight), low);
      high = multiplyAdd(v128.load(from, 16), v128.load(weight, 16), high);
      pair += 8;
    }
    v128.store(target + at, low);
    v128.store(target + at, high, 16);
  }
  for (; at + 16 <= bytes; at += 16) {
    let sum = f32x4.splat(0);
    let pair = pointers;
    for (let tap: u32 = 0; tap < taps; tap++) {
      sum = multiplyAdd(v128.load(load<usize>(pair) + at), v128.load(load<usize>(pair, 4) + at), sum);
      pair += 8;
    }
    v128.store(target + at, sum);
  }
  for (; at < bytes; at += 4) {
    let sum: f32 = 0;
    let pair = pointers;
    for (let tap: u32 = 0; tap < taps; tap++) {
      sum += load<f32>(load<usize>(pair) + at) * load<f32>(load<usize>(pair, 4) + at);
      pair += 8;
    }
    store<f32>(target + at, sum);
  }
}

/**
 * One output row, four channels: each source pixel is read once and added to the three outputs it belongs to.
 *
 * Output j covers source pixels first + j .. first + j + 2.
 */
// @ts-ignore: decorator
@inline
function slide(
  lines: u32, source: usize, gap: usize, weights: usize, target: usize, first: i32, width: i32, columns: i32, pixelBytes: usize,
  targetStep: usize,
): void {
  const w00 = v128.load(weights);
  const w01 = v128.load(weights + pixelBytes);
  const w02 = v128.load(weights + 2 * pixelBytes);
  const w10 = lines > 1 ? v128.load(weights + 3 * pixelBytes) : w00;
  const w11 = lines > 1 ? v128.load(weights + 4 * pixelBytes) : w00;
  const w12 = lines > 1 ? v128.load(weights + 5 * pixelBytes) : w00;
  const w20 = lines > 2 ? v128.load(weights + 6 * pixelBytes) : w00;
  const w21 = lines > 2 ? v128.load(weights + 7 * pixelBytes) : w00;
  const w22 = lines > 2 ? v128.load(weights + 8 * pixelBytes) : w00;
  let now = f32x4.splat(0);
  let next = f32x4.splat(0);
  let pixel = first;
  const end = first + columns + 2;
  // Outputs begin two pixels after the first; before the image nothing is added.
  for (let warm = 0; warm < 2; warm++) {
    let after = f32x4.splat(0);
    if (!outside(pixel, width)) {
      const at = source + pixel * pixelBytes;
      const v0 = v128.load(at);
      now = multiplyAdd(v0, w02, now);
      next = multiplyAdd(v0, w01, next);
      after = f32x4.mul(v0, w00);
      if (lines > 1) {
        const v1 = v128.load(at + gap);
        now = multiplyAdd(v1, w12, now);
        next = multiplyAdd(v1, w11, next);
        after = multiplyAdd(v1, w10, after);
      }
      if (lines > 2) {
        const v2 = v128.load(at + 2 * gap);
        now = multiplyAdd(v2, w22, now);
        next = multiplyAdd(v2, w21, next);
        after = multiplyAdd(v2, w20, after);
      }
    }
    now = next;
    next = after;
    pixel++;
  }
  for (; pixel < 0 && pixel < end; pixel++) {
    v128.store(target, now);
    now = next;
    next = f32x4.splat(0);
    target += targetStep;
  }
  let at = source + pixel * pixelBytes;
  const inside = min(end, width);
  for (; pixel < inside; pixel++) {
    const v0 = v128.load(at);
    now = multiplyAdd(v0, w02, now);
    next = multiplyAdd(v0, w01, next);
    let after = f32x4.mul(v0, w00);
    if (lines > 1) {
      const v1 = v128.load(at + gap);
      now = multiplyAdd(v1, w12, now);
      next = multiplyAdd(v1, w11, next);
      after = multiplyAdd(v1, w10, after);
    }
    if (lines > 2) {
      const v2 = v128.load(at + 2 * gap);
      now = multiplyAdd(v2, w22, now);
      next = multiplyAdd(v2, w21, next);
      after = multiplyAdd(v2, w20, after);
    }
    v128.store(target, now);
    now = next;
    next = after;
    at += pixelBytes;
    target += targetStep;
  }
  for (; pixel < end; pixel++) {
    v128.store(target, now);
    now = next;
    next = f32x4.splat(0);
    target += targetStep;
  }
}

function slide1(source: usize, gap: usize, weights: usize, target: usize, first: i32, width: i32, columns: i32, pixelBytes: usize, targetStep: usize): void {
  slide(1, source, gap, weights, target, first, width, columns, pixelBytes, targetStep);
}

function slide2(source: usize, gap: usize, weights: usize, target: usize, first: i32, width: i32, columns: i32, pixelBytes: usize, targetStep: usize): void {
  slide(2, source, gap, weights, target, first, width, columns, pixelBytes, targetStep);
}

function slide3(source: usize, gap: usize, weights: usize, target: usize, first: i32, width: i32, columns: i32, pixelBytes: usize, targetStep: usize): void {
  slide(3, source, gap, weights, target, first, width, columns, pixelBytes, targetStep);
}

/** `value` of one source column, `lines` rows of it, times one column of weights, added to `sum`. */
// @ts-ignore: decorator
@inline
function addColumn(lines: u32, at: usize, gap: usize, w0: v128, w1: v128, w2: v128, sum: v128): v128 {
  sum = multiplyAdd(v128.load(at), w0, sum);
  if (lines > 1) sum = multiplyAdd(v128.load(at + gap), w1, sum);
  if (lines > 2) sum = multiplyAdd(v128.load(at + 2 * gap), w2, sum);
  return sum;
}

/** As `slide` for output j over source pixels first + 2j .. first + 2j + 2: neighbours share one source column. */
// @ts-ignore: decorator
@inline
function strided(
  lines: u32, source: usize, gap: usize, weights: usize, target: usize, first: i32, width: i32, columns: i32, pixelBytes: usize,
  targetStep: usize,
): void {
  const w00 = v128.load(weights);
  const w01 = v128.load(weights + pixelBytes);
  const w02 = v128.load(weights + 2 * pixelBytes);
  const w10 = lines > 1 ? v128.load(weights + 3 * pixelBytes) : w00;
  const w11 = lines > 1 ? v128.load(weights + 4 * pixelBytes) : w00;
  const w12 = lines > 1 ? v128.load(weights + 5 * pixelBytes) : w00;
  const w20 = lines > 2 ? v128.load(weights + 6 * pixelBytes) : w00;
  const w21 = lines > 2 ? v128.load(weights + 7 * pixelBytes) : w00;
  const w22 = lines > 2 ? v128.load(weights + 8 * pixelBytes) : w00;
  const none = f32x4.splat(0);
  let next = none;
  if (!outside(first, width)) next = addColumn(lines, source + first * pixelBytes, gap, w00, w10, w20, none);
  let pixel = first + 1;
  let column = 0;
  for (; column < columns; ) {
    // In the middle of the row both new columns lie inside.
    if (pixel >= 0 && pixel + 1 < width) {
      const inside = min(columns - column, (width - pixel) / 2);
      let at = source + pixel * pixelBytes;
      for (let i = 0; i < inside; i++) {
        let now = addColumn(lines, at, gap, w01, w11, w21, next);
        at += pixelBytes;
        const v0 = v128.load(at);
        now = multiplyAdd(v0, w02, now);
        next = f32x4.mul(v0, w00);
        if (lines > 1) {
          const v1 = v128.load(at + gap);
          now = multiplyAdd(v1, w12, now);
          next = multiplyAdd(v1, w10, next);
        }
        if (lines > 2) {
          const v2 = v128.load(at + 2 * gap);
          now = multiplyAdd(v2, w22, now);
          next = multiplyAdd(v2, w20, next);
        }
        v128.store(target, now);
        at += pixelBytes;
        target += targetStep;
      }
      pixel += 2 * inside;
      column += inside;
      continue;
    }
    let now = next;
    next = none;
    if (!outside(pixel, width)) now = addColumn(lines, source + pixel * pixelBytes, gap, w01, w11, w21, now);
    if (!outside(pixel + 1, width)) {
      now = addColumn(lines, source + (pixel + 1) * pixelBytes, gap, w02, w12, w22, now);
      next = addColumn(lines, source + (pixel + 1) * pixelBytes, gap, w00, w10, w20, none);
    }
    v128.store(target, now);
    pixel += 2;
    column++;
    target += targetStep;
  }
}

function stride1(source: usize, gap: usize, weights: usize, target: usize, first: i32, width: i32, columns: i32, pixelBytes: usize, targetStep: usize): void {
  strided(1, source, gap, weights, target, first, width, columns, pixelBytes, targetStep);
}

function stride2(source: usize, gap: usize, weights: usize, target: usize, first: i32, width: i32, columns: i32, pixelBytes: usize, targetStep: usize): void {
  strided(2, source, gap, weights, target, first, width, columns, pixelBytes, targetStep);
}

function stride3(source: usize, gap: usize, weights: usize, target: usize, first: i32, width: i32, columns: i32, pixelBytes: usize, targetStep: usize): void {
  strided(3, source, gap, weights, target, first, width, columns, pixelBytes, targetStep);
}
