import { exp } from './elementary';
import { lanesSum } from './reduce';
import { multiplyAdd, storePart } from './simd';

/** Operations on rows of `count` values that lie side by side. */

/** The last 1 to 3 values of a row, `rest` in the other lanes. */
// @ts-ignore: decorator
@inline
function loadTail(from: usize, count: u32, rest: f32): v128 {
  let all = v128.load32_lane(from, f32x4.splat(rest), 0);
  if (count > 1) all = v128.load32_lane(from, all, 1, 4);
  if (count > 2) all = v128.load32_lane(from, all, 2, 8);
  return all;
}

/** Four values of a row of `bytes` bytes from `at` on, `rest` in lanes behind its end. */
// @ts-ignore: decorator
@inline
export function loadSome(row: usize, at: usize, bytes: usize, rest: f32): v128 {
  return at + 16 <= bytes ? v128.load(row + at) : loadTail(row + at, <u32>((bytes - at) >> 2), rest);
}

/** The counterpart of `loadSome`: nothing behind the row's end is written. */
// @ts-ignore: decorator
@inline
export function storeSome(row: usize, at: usize, bytes: usize, values: v128): void {
  if (at + 16 <= bytes) v128.store(row + at, values);
  else storePart(row + at, values, values, <u32>((bytes - at) >> 2));
}

// @ts-ignore: decorator
@inline
function largestLane(v: v128): f32 {
  return max(
    max(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1)), max(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3)),
  );
}

/**
 * Largest value of a row; NaN where there is one.
 *
 * `pmax` is one instruction and passes NaN over, where `max` is many; so NaN is looked for on its own.
 */
export function largest(x: usize, count: u32): f32 {
  const whole: usize = (count & ~3) << 2;
  const pairs = whole & ~31;
  const tail = count & 3;
  let low = f32x4.splat(-Infinity);
  let high = low;
  let unknown = i32x4.splat(0);
  let at: usize = 0;
  for (; at < pairs; at += 32) {
    const first = v128.load(x + at);
    const second = v128.load(x + at, 16);
    low = f32x4.pmax(low, first);
    high = f32x4.pmax(high, second);
    unknown = v128.or(unknown, v128.or(f32x4.ne(first, first), f32x4.ne(second, second)));
  }
  if (at < whole) {
    const first = v128.load(x + at);
    low = f32x4.pmax(low, first);
    unknown = v128.or(unknown, f32x4.ne(first, first));
  }
  if (tail != 0) {
    const last = loadTail(x + whole, tail, -Infinity);
    high = f32x4.pmax(high, last);
    unknown = v128.or(unknown, f32x4.ne(last, last));
  }
  return v128.any_true(unknown) ? NaN : largestLane(f32x4.pmax(low, high));
}

/** Writes `e^(x - shift)` of a row to `y`, which may be `x`, and returns its sum. */
export function exponentials(x: usize, y: usize, count: u32, shift: f32): f64 {
  const whole: usize = (count & ~3) << 2;
  const tail = count & 3;
  const shifts = f32x4.splat(shift);
  let low = f32x4.splat(0);
  let high = low;
  let at: usize = 0;
  let sum: f64 = 0;
  while (at < whole) {
    // Few enough at a time for single precision.
    const end = min(at + 4096, whole);
    for (; at + 16 < end; at += 32) {
      const first = exp(f32x4.sub(v128.load(x + at), shifts));
      const second = exp(f32x4.sub(v128.load(x + at, 16), shifts));
      v128.store(y + at, first);
      v128.store(y + at, second, 16);
      low = f32x4.add(low, first);
      high = f32x4.add(high, second);
    }
    if (at < end) {
      const first = exp(f32x4.sub(v128.load(x + at), shifts));
      v128.store(y + at, first);
      low = f32x4.add(low, first);
      at += 16;
    }
    sum += lanesSum(f32x4.add(low, high));
    low = f32x4.splat(0);
    high = low;
  }
  if (tail != 0) {
    const last = exp(f32x4.sub(loadTail(x + whole, tail, -Infinity), shifts));
    sum += lanesSum(last);
    storePart(y + whole, last, last, tail);
  }
  return sum;
}

/** Gradient of a softmax over each row, `dx = y (dy - sum of y dy)`. */
export function softmaxRowsGradient(dy: usize, y: usize, dx: usize, rows: u32, count: u32): void {
  const whole: usize = (count & ~3) << 2;
  const tail = count & 3;
  for (let row: u32 = 0; row < rows; row++) {
    let low = f32x4.splat(0);
    let sum: f64 = 0;
    let at: usize = 0;
    while (at < whole) {
      const end = min(at + 4096, whole);
      let high = f32x4.splat(0);
      for (; at + 16 < end; at += 32) {
        low = multiplyAdd(v128.load(dy + at), v128.load(y + at), low);
        high = multiplyAdd(v128.load(dy + at, 16), v128.load(y + at, 16), high);
      }
      if (at < end) {
        low = multiplyAdd(v128.load(dy + at), v128.load(y + at), low);
        at += 16;
      }
      sum += lanesSum(f32x4.add(low, high));
      low = f32x4.splat(0);
    }
    if (tail != 0) sum += lanesSum(f32x4.mul(loadTail(dy + whole, tail, 0), loadTail(y + whole, tail, 0)));
    const mean = f32x4.splat(<f32>sum);
    for (at = 0; at < whole; at += 16) {
      v128.store(dx + at, f32x4.mul(v128.load(y + at), f32x4.sub(v128.load(dy + at), mean)));
    }
    if (tail != 0) {
      const last = f32x4.mul(loadTail(y + whole, tail, 0), f32x4.sub(loadTail(dy + whole, tail, 0), mean));
      storePart(dx + whole, last, last, tail);
    }
    dy += count << 2;
    y += count << 2;
    dx += count << 2;
  }
}

/** Largest value of each row; NaN where there is one. */
export function largestOfRows(x: usize, y: usize, rows: u32, count: u32): void {
  for (let row: u32 = 0; row < rows; row++) {
    store<f32>(y, largest(x, count));
    x += count << 2;
    y += 4;
  }
}

/** `y[o][i]` = largest of `x[o][m][i]` over m; NaN where there is one. */
export function largestOfMiddle(x: usize, y: usize, outer: u32, count: u32, inner: u32): void {
  const bytes: usize = inner << 2;
  const whole = bytes & ~15;
  for (let o: u32 = 0; o < outer; o++) {
    memory.copy(y, x, bytes);
    x += bytes;
    for (let m: u32 = 1; m < count; m++) {
      for (let at: usize = 0; at < whole; at += 16) {
        v128.store(y + at, f32x4.max(v128.load(y + at), v128.load(x + at)));
      }
      for (let at = whole; at < bytes; at += 4) store<f32>(y + at, max(load<f32>(y + at), load<f32>(x + at)));
      x += bytes;
    }
    y += bytes;
  }
}

/** Layer normalisation of each row; keeps its mean and 1 / deviation. */
export function layerNormRows(
  x: usize, gamma: usize, beta: usize, y: usize, mean: usize, inverse: usize, rows: u32, count: u32, epsilon: f64,
): void {
  const whole: usize = (count & ~3) << 2;
  const bytes: usize = count << 2;
  for (let row: u32 = 0; row < rows; row++) {
    let sum: f64 = 0;
    let total = f32x4.splat(0);
    for (let at: usize = 0; at < whole; at += 16) total = f32x4.add(total, v128.load(x + at));
    sum = lanesSum(total);
    for (let at = whole; at < bytes; at += 4) sum += <f64>load<f32>(x + at);
    const middle = <f32>(sum / <f64>count);
    const centre = f32x4.splat(middle);
    // Around a rounded mean; what the rounding left over is taken off afterwards.
    let squares = f32x4.splat(0);
    let rest = f32x4.splat(0);
    for (let at: usize = 0; at < whole; at += 16) {
      const distance = f32x4.sub(v128.load(x + at), centre);
      squares = multiplyAdd(distance, distance, squares);
      rest = f32x4.add(rest, distance);
    }
    let square = lanesSum(squares);
    let left = lanesSum(rest);
    for (let at = whole; at < bytes; at += 4) {
      const distance = <f64>load<f32>(x + at) - <f64>middle;
      square += distance * distance;
      left += distance;
    }
    left /= <f64>count;
    const deviation = <f32>(1 / sqrt(max(0, square / <f64>count - left * left) + epsilon));
    store<f32>(mean, <f32>(<f64>middle + left));
    store<f32>(inverse, deviation);
    const factor = f32x4.splat(deviation);
    const remainder = f32x4.splat(<f32>left);
    for (let at: usize = 0; at < whole; at += 16) {
      const standard = f32x4.mul(f32x4.sub(f32x4.sub(v128.load(x + at), centre), remainder), factor);
      v128.store(y + at, multiplyAdd(standard, v128.load(gamma + at), v128.load(beta + at)));
    }
    for (let at = whole; at < bytes; at += 4) {
      const standard = (load<f32>(x + at) - middle - <f32>left) * deviation;
      store<f32>(y + at, standard * load<f32>(gamma + at) + load<f32>(beta + at));
    }
    x += bytes;
    y += bytes;
    mean += 4;
    inverse += 4;
  }
}

/** Rows added in single precision before they are added to the sums in double precision. */
const BLOCK: u32 = 64;

/**
 * Gradient of `layerNormRows`. `partial` holds 2 * count floats and `sums` 2 * count doubles of scratch memory, each rounded up to 4
 * values.
 */
export function layerNormRowsGradient(
  dy: usize, x: usize, gamma: usize, mean: usize, inverse: usize, dx: usize, dGamma: usize, dBeta: usize, rows: u32, count: u32,
  partial: usize, sums: usize,
): void {
  const bytes: usize = count << 2;
  const whole = bytes & ~15;
  memory.fill(sums, 0, bytes << 2);
  for (let start: u32 = 0; start < rows; start += BLOCK) {
    memory.fill(partial, 0, bytes << 1);
    const end = min(start + BLOCK, rows);
    for (let row = start; row < end; row++) {
      const middle = load<f32>(mean);
      const deviation = load<f32>(inverse);
      const centre = f32x4.splat(middle);
      const factor = f32x4.splat(deviation);
      let plain = f32x4.splat(0);
      let along = f32x4.splat(0);
      for (let at: usize = 0; at < whole; at += 16) {
        const upstream = v128.load(dy + at);
        const standard = f32x4.mul(f32x4.sub(v128.load(x + at), centre), factor);
        const scaled = f32x4.mul(upstream, v128.load(gamma + at));
        plain = f32x4.add(plain, scaled);
        along = multiplyAdd(scaled, standard, along);
        const forGamma = partial + at;
        const forBeta = forGamma + bytes;
        v128.store(forGamma, multiplyAdd(upstream, standard, v128.load(forGamma)));
        v128.store(forBeta, f32x4.add(v128.load(forBeta), upstream));
      }
      let sum = lanesSum(plain);
      let product = lanesSum(along);
      for (let at = whole; at < bytes; at += 4) {
        const upstream = load<f32>(dy + at);
        const standard = (load<f32>(x + at) - middle) * deviation;
        const scaled = upstream * load<f32>(gamma + at);
        sum += <f64>scaled;
        product += <f64>(scaled * standard);
        const forGamma = partial + at;
        store<f32>(forGamma, load<f32>(forGamma) + upstream * standard);
        store<f32>(forGamma + bytes, load<f32>(forGamma + bytes) + upstream);
      }
      const viaMean = <f32>(sum / <f64>count);
      const viaDeviation = <f32>(product / <f64>count);
      const shift = f32x4.splat(viaMean);
      const slope = f32x4.splat(viaDeviation);
      for (let at: usize = 0; at < whole; at += 16) {
        const standard = f32x4.mul(f32x4.sub(v128.load(x + at), centre), factor);
        const scaled = f32x4.mul(v128.load(dy + at), v128.load(gamma + at));
        const inside = f32x4.sub(f32x4.sub(scaled, shift), f32x4.mul(standard, slope));
        v128.store(dx + at, f32x4.mul(inside, factor));
      }
      for (let at = whole; at < bytes; at += 4) {
        const standard = (load<f32>(x + at) - middle) * deviation;
        const scaled = load<f32>(dy + at) * load<f32>(gamma + at);
        store<f32>(dx + at, (scaled - viaMean - standard * viaDeviation) * deviation);
      }
      x += bytes;
      dy += bytes;
      dx += bytes;
      mean += 4;
      inverse += 4;
    }
    for (let at: usize = 0; at < bytes << 1; at += 4) {
      const to = sums + (at << 1);
      store<f64>(to, load<f64>(to) + <f64>load<f32>(partial + at));
    }
  }
  for (let at: usize = 0; at < bytes; at += 4) {
    store<f32>(dGamma + at, <f32>load<f64>(sums + (at << 1)));
    store<f32>(dBeta + at, <f32>load<f64>(sums + ((at + bytes) << 1)));
  }
}
