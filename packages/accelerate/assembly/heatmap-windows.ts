import { exp } from './elementary';
import { lanesSum } from './reduce';
import { exponentials, largest, loadSome, storeSome } from './rows';

/** Windows of heatmaps around their centres; one map a row, centres as pairs (x, y) of int32. */

// How a map is normalised.
// @ts-ignore: decorator
@inline
const NONE: u32 = 0;
// @ts-ignore: decorator
@inline
const L1: u32 = 1;
// @ts-ignore: decorator
@inline
const SOFTMAX: u32 = 3;

/** First cell, row by row, that holds a map's maximum; the first cell where that is NaN. */
export function heatmapPeaks(x: usize, centres: usize, maps: u32, width: u32, height: u32): void {
  const count = width * height;
  const bytes: usize = count << 2;
  for (let map: u32 = 0; map < maps; map++) {
    const most = f32x4.splat(largest(x, count));
    let cell: u32 = 0;
    for (let at: usize = 0; at < bytes; at += 16) {
      const found = i32x4.bitmask(f32x4.eq(loadSome(x, at, bytes, NaN), most));
      if (found != 0) {
        cell = <u32>(at >> 2) + ctz(found);
        break;
      }
    }
    store<u32>(centres, cell % width);
    store<u32>(centres, cell / width, 4);
    x += bytes;
    centres += 8;
  }
}

/** Inverse of the pull toward the map's middle, rounded, inside the map. */
// @ts-ignore: decorator
@inline
function unbiasedCentre(peak: f32, mean: f32, flatMean: f32, size: f32): f32 {
  if (!(mean >= flatMean)) return peak;
  const shift = (peak - (size - 1) / 2) / (mean - 1);
  return min(max(floor(peak + shift + 0.5), 0), size - 1);
}

/** The released program's formula, cut toward zero; the peak where that leaves the map. */
// @ts-ignore: decorator
@inline
function releasedCentre(peak: f32, excess: f32, size: f32): f32 {
  const centre = peak + (peak - 0.5) / excess;
  return centre > -1 && centre < size ? floor(max(centre, 0)) : peak;
}

/**
 * Centres of students' windows from their maps and the teachers' peaks. Steps and their order are those of the composed form in
 * single precision, so that no centre is rounded to another cell.
 *
 * @param flatMean below it a map is too flat to have a bias; negative for the released formula
 */
export function studentCentres(
  x: usize, peaks: usize, centres: usize, maps: u32, width: u32, height: u32, beta: f32, flatMean: f32, scratch: usize,
): void {
  const count = width * height;
  const bytes: usize = count << 2;
  const factor = f32x4.splat(beta);
  for (let map: u32 = 0; map < maps; map++) {
    for (let at: usize = 0; at < bytes; at += 16) {
      storeSome(scratch, at, bytes, f32x4.mul(loadSome(x, at, bytes, 0), factor));
    }
    const most = largest(scratch, count);
    const part = <f32>(1 / exponentials(scratch, scratch, count, most));
    const sum = f32x4.extract_lane(exp(f32x4.splat(most)), 0) * (<f32>1 / part);
    const peakX = <f32>load<i32>(peaks);
    const peakY = <f32>load<i32>(peaks, 4);
    if (flatMean < 0) {
      store<i32>(centres, <i32>releasedCentre(peakX, sum - 1, <f32>width));
      store<i32>(centres, <i32>releasedCentre(peakY, sum - 1, <f32>height), 4);
    } else {
      const mean = sum / <f32>count;
      store<i32>(centres, <i32>unbiasedCentre(peakX, mean, flatMean, <f32>width));
      store<i32>(centres, <i32>unbiasedCentre(peakY, mean, flatMean, <f32>height), 4);
    }
    x += bytes;
    peaks += 8;
    centres += 8;
  }
}

/** The cell that position `j` of a window reads on one axis: its own, else that of the mirrored position, else -1. */
// @ts-ignore: decorator
@inline
function cellOf(centre: i32, j: i32, side: i32, size: u32): i32 {
  const first = centre - (side >> 1);
  if (<u32>(first + j) < size) return first + j;
  const mirrored = first + side - 1 - j;
  return <u32>mirrored < size ? mirrored : -1;
}

/** 1 / norm of a row, 0 where the norm is at most `epsilon`. Squares of single precision fit a double. */
function inverseNorm(x: usize, bytes: usize, isL1: bool, epsilon: f64): f32 {
  let first = f64x2.splat(0);
  let second = f64x2.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) {
    const values = loadSome(x, at, bytes, 0);
    const low = f64x2.promote_low_f32x4(values);
    const high = f64x2.promote_low_f32x4(i64x2.shuffle(values, values, 1, 0));
    first = f64x2.add(first, isL1 ? f64x2.abs(low) : f64x2.mul(low, low));
    second = f64x2.add(second, isL1 ? f64x2.abs(high) : f64x2.mul(high, high));
  }
  const both = f64x2.add(first, second);
  const total = f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
  const norm = isL1 ? total : sqrt(total);
  return norm > epsilon ? <f32>(1 / norm) : 0;
}

/**
 * Windows `[maps][sideY][sideX]` of normalised maps, and for the gradient what normalises each map: `scales` holds pairs, the
 * factor and, for softmax, the largest value.
 */
export function heatmapWindows(
  x: usize, centres: usize, windows: usize, scales: usize, maps: u32, width: u32, height: u32,
  sideX: i32, sideY: i32, normalisation: u32, epsilon: f64, scratch: usize,
): void {
  const count = width * height;
  const bytes: usize = count << 2;
  for (let map: u32 = 0; map < maps; map++) {
    let from = x;
    let scale: f32 = 1;
    let most: f32 = 0;
    if (normalisation == SOFTMAX) {
      most = largest(x, count);
      scale = <f32>(1 / exponentials(x, scratch, count, most));
      from = scratch;
    } else if (normalisation != NONE) scale = inverseNorm(x, bytes, normalisation == L1, epsilon);
    store<f32>(scales, scale);
    store<f32>(scales, most, 4);
    const centreX = load<i32>(centres);
    const centreY = load<i32>(centres, 4);
    for (let j = 0; j < sideY; j++) {
      const row = cellOf(centreY, j, sideY, height);
      for (let i = 0; i < sideX; i++) {
        const column = cellOf(centreX, i, sideX, width);
        const exists = row >= 0 && column >= 0;
        store<f32>(windows, exists ? load<f32>(from + ((<u32>row * width + <u32>column) << 2)) * scale : 0);
        windows += 4;
      }
    }
    x += bytes;
    centres += 8;
    scales += 8;
  }
}

/**
 * Gradient of `heatmapWindows` with respect to the maps: window cells add up in the cells they were read from, then the norm's
 * part is taken off. Without normalisation `x`, `windows` and `scales` are not read.
 */
export function heatmapWindowsGradient(
  dy: usize, x: usize, centres: usize, windows: usize, scales: usize, dx: usize, maps: u32, width: u32, height: u32,
  sideX: i32, sideY: i32, normalisation: u32,
): void {
  const bytes: usize = (width * height) << 2;
  const area: usize = (<usize>sideX * <usize>sideY) << 2;
  for (let map: u32 = 0; map < maps; map++) {
    memory.fill(dx, 0, bytes);
    const centreX = load<i32>(centres);
    const centreY = load<i32>(centres, 4);
    let value = dy;
    for (let j = 0; j < sideY; j++) {
      const row = cellOf(centreY, j, sideY, height);
      for (let i = 0; i < sideX; i++) {
        const column = cellOf(centreX, i, sideX, width);
        if (row >= 0 && column >= 0) {
          const to = dx + ((<u32>row * width + <u32>column) << 2);
          store<f32>(to, load<f32>(to) + load<f32>(value));
        }
        value += 4;
      }
    }
    if (normalisation != NONE) {
      const inner = innerProduct(dy, windows, area);
      const scale = load<f32>(scales);
      if (normalisation == SOFTMAX) softmaxPart(x, dx, bytes, load<f32>(scales, 4), scale, inner);
      else if (normalisation == L1) l1Part(x, dx, bytes, scale, inner);
      else l2Part(x, dx, bytes, scale, inner);
      x += bytes;
      windows += area;
      scales += 8;
    }
    dy += area;
    dx += bytes;
    centres += 8;
  }
}

function innerProduct(a: usize, b: usize, bytes: usize): f32 {
  let sum: f64 = 0;
  for (let at: usize = 0; at < bytes; at += 16) {
    sum += lanesSum(f32x4.mul(loadSome(a, at, bytes, 0), loadSome(b, at, bytes, 0)));
  }
  return <f32>sum;
}

function softmaxPart(x: usize, dx: usize, bytes: usize, most: f32, scale: f32, inner: f32): void {
  const shift = f32x4.splat(most);
  const part = f32x4.splat(scale);
  const mean = f32x4.splat(inner);
  for (let at: usize = 0; at < bytes; at += 16) {
    const p = f32x4.mul(exp(f32x4.sub(loadSome(x, at, bytes, most), shift)), part);
    storeSome(dx, at, bytes, f32x4.mul(p, f32x4.sub(loadSome(dx, at, bytes, 0), mean)));
  }
}

function l1Part(x: usize, dx: usize, bytes: usize, scale: f32, inner: f32): void {
  const zero = f32x4.splat(0);
  const up = f32x4.splat(inner);
  const down = f32x4.splat(-inner);
  const factor = f32x4.splat(scale);
  for (let at: usize = 0; at < bytes; at += 16) {
    const values = loadSome(x, at, bytes, 0);
    const signed = v128.or(v128.and(up, f32x4.gt(values, zero)), v128.and(down, f32x4.lt(values, zero)));
    storeSome(dx, at, bytes, f32x4.mul(f32x4.sub(loadSome(dx, at, bytes, 0), signed), factor));
  }
}

function l2Part(x: usize, dx: usize, bytes: usize, scale: f32, inner: f32): void {
  // Of a map close to zero the product may exceed float32; infinity times a cell of 0 would be NaN.
  const along = f32x4.splat(min(max(scale * inner, -3e38), 3e38));
  const factor = f32x4.splat(scale);
  for (let at: usize = 0; at < bytes; at += 16) {
    const direction = f32x4.mul(loadSome(x, at, bytes, 0), along);
    storeSome(dx, at, bytes, f32x4.mul(f32x4.sub(loadSome(dx, at, bytes, 0), direction), factor));
  }
}
