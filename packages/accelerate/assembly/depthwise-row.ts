import { multiplyAdd } from './simd';

/** How many of the `left` taps of a filter's row are done at a time: five at most, and no single one at the end. */
export function tapsOf(left: u32): u32 {
  if (left <= 5) return left;
  const parts = (left + 4) / 5;
  return (left + parts - 1) / parts;
}

/**
 * One row of a depthwise filter over one row of pixels, four channels: output j gets `taps` (1 to 5) neighbouring source pixels from
 * first + j on, each times its weights. With `adds` the sum is added to what the output holds.
 *
 * Each source pixel is read once, and the sums of the outputs that it reaches stay in registers.
 */
// @ts-ignore: decorator
@inline
function rowSums(
  taps: i32, source: usize, weights: usize, target: usize, first: i32, width: i32, columns: i32, pixelBytes: usize,
  targetStep: usize, adds: bool,
): void {
  const w0 = v128.load(weights);
  const w1 = taps > 1 ? v128.load(weights + pixelBytes) : w0;
  const w2 = taps > 2 ? v128.load(weights + 2 * pixelBytes) : w0;
  const w3 = taps > 3 ? v128.load(weights + 3 * pixelBytes) : w0;
  const w4 = taps > 4 ? v128.load(weights + 4 * pixelBytes) : w0;
  // Columns at which all taps read inside the row.
  const start = min(columns, max(0, -first));
  const end = max(start, min(columns, width - first - taps + 1));
  for (let column = 0; column < columns; column++) {
    if (column == start) column = end;
    if (column >= columns) break;
    const to = target + column * targetStep;
    let sum = adds ? v128.load(to) : f32x4.splat(0);
    for (let tap = 0; tap < taps; tap++) {
      const pixel = first + column + tap;
      if (<u32>pixel >= <u32>width) continue;
      sum = multiplyAdd(v128.load(source + pixel * pixelBytes), v128.load(weights + tap * pixelBytes), sum);
    }
    v128.store(to, sum);
  }
  if (start == end) return;

  let from = source + (first + start) * pixelBytes;
  let to = target + start * targetStep;
  const none = f32x4.splat(0);
  // Sums of the next outputs, as far as they are known.
  let next0 = none;
  let next1 = none;
  let next2 = none;
  let next3 = none;
  if (taps > 1) {
    next0 = f32x4.mul(v128.load(from), w0);
    from += pixelBytes;
  }
  if (taps > 2) {
    const value = v128.load(from);
    next0 = multiplyAdd(value, w1, next0);
    next1 = f32x4.mul(value, w0);
    from += pixelBytes;
  }
  if (taps > 3) {
    const value = v128.load(from);
    next0 = multiplyAdd(value, w2, next0);
    next1 = multiplyAdd(value, w1, next1);
    next2 = f32x4.mul(value, w0);
    from += pixelBytes;
  }
  if (taps > 4) {
    const value = v128.load(from);
    next0 = multiplyAdd(value, w3, next0);
    next1 = multiplyAdd(value, w2, next1);
    next2 = multiplyAdd(value, w1, next2);
    next3 = f32x4.mul(value, w0);
    from += pixelBytes;
  }
  for (let column = start; column < end; column++) {
    const value = v128.load(from);
    let sum: v128;
    if (taps == 5) {
      sum = multiplyAdd(value, w4, next0);
      next0 = multiplyAdd(value, w3, next1);
      next1 = multiplyAdd(value, w2, next2);
      next2 = multiplyAdd(value, w1, next3);
      next3 = f32x4.mul(value, w0);
    } else if (taps == 4) {
      sum = multiplyAdd(value, w3, next0);
      next0 = multiplyAdd(value, w2, next1);
      next1 = multiplyAdd(value, w1, next2);
      next2 = f32x4.mul(value, w0);
    } else if (taps == 3) {
      sum = multiplyAdd(value, w2, next0);
      next0 = multiplyAdd(value, w1, next1);
      next1 = f32x4.mul(value, w0);
    } else if (taps == 2) {
      sum = multiplyAdd(value, w1, next0);
      next0 = f32x4.mul(value, w0);
    } else sum = f32x4.mul(value, w0);
    v128.store(to, adds ? f32x4.add(sum, v128.load(to)) : sum);
    from += pixelBytes;
    to += targetStep;
  }
}

function rowSums2(
  source: usize, weights: usize, target: usize, first: i32, width: i32, columns: i32, pixelBytes: usize, targetStep: usize,
): void {
  rowSums(2, source, weights, target, first, width, columns, pixelBytes, targetStep, false);
}

function rowSums2Added(
  source: usize, weights: usize, target: usize, first: i32, width: i32, columns: i32, pixelBytes: usize, targetStep: usize,
): void {
  rowSums(2, source, weights, target, first, width, columns, pixelBytes, targetStep, true);
}

function rowSums3(
  source: usize, weights: usize, target: usize, first: i32, width: i32, columns: i32, pixelBytes: usize, targetStep: usize,
): void {
  rowSums(3, source, weights, target, first, width, columns, pixelBytes, targetStep, false);
}

function rowSums3Added(
  source: usize, weights: usize, target: usize, first: i32, width: i32, columns: i32, pixelBytes: usize, targetStep: usize,
): void {
  rowSums(3, source, weights, target, first, width, columns, pixelBytes, targetStep, true);
}

function rowSums4(
  source: usize, weights: usize, target: usize, first: i32, width: i32, columns: i32, pixelBytes: usize, targetStep: usize,
): void {
  rowSums(4, source, weights, target, first, width, columns, pixelBytes, targetStep, false);
}

function rowSums4Added(
  source: usize, weights: usize, target: usize, first: i32, width: i32, columns: i32, pixelBytes: usize, targetStep: usize,
): void {
  rowSums(4, source, weights, target, first, width, columns, pixelBytes, targetStep, true);
}

function rowSums5(
  source: usize, weights: usize, target: usize, first: i32, width: i32, columns: i32, pixelBytes: usize, targetStep: usize,
): void {
  rowSums(5, source, weights, target, first, width, columns, pixelBytes, targetStep, false);
}

function rowSums5Added(
  source: usize, weights: usize, target: usize, first: i32, width: i32, columns: i32, pixelBytes: usize, targetStep: usize,
): void {
  rowSums(5, source, weights, target, first, width, columns, pixelBytes, targetStep, true);
}

/**
 * One row of a depthwise filter with any number of neighbouring taps over one row of pixels, four channels at `source`, `weights`
 * and `target`.
 */
export function addRow(
  taps: u32, source: usize, weights: usize, target: usize, first: i32, width: i32, columns: i32, pixelBytes: usize, targetStep: usize,
  adds: bool,
): void {
  for (let done: u32 = 0; done < taps; ) {
    const part = tapsOf(taps - done);
    const at = weights + done * pixelBytes;
    const from = first + <i32>done;
    if (part == 5) {
      if (adds) rowSums5Added(source, at, target, from, width, columns, pixelBytes, targetStep);
      else rowSums5(source, at, target, from, width, columns, pixelBytes, targetStep);
    } else if (part == 4) {
      if (adds) rowSums4Added(source, at, target, from, width, columns, pixelBytes, targetStep);
      else rowSums4(source, at, target, from, width, columns, pixelBytes, targetStep);
    } else if (part == 3) {
      if (adds) rowSums3Added(source, at, target, from, width, columns, pixelBytes, targetStep);
      else rowSums3(source, at, target, from, width, columns, pixelBytes, targetStep);
    } else if (part == 2) {
      if (adds) rowSums2Added(source, at, target, from, width, columns, pixelBytes, targetStep);
      else rowSums2(source, at, target, from, width, columns, pixelBytes, targetStep);
    }
    adds = true;
    done += part;
  }
}
