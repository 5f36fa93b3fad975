import { inside } from './run';

/** 2^32: positions are kept in units of that part of a pixel. */
const ONE: f64 = 4294967296;

/** What `warp` was asked for: bytes to bytes, bytes to floats, floats to floats. */
const BYTES: u32 = 0;
const MIXED: u32 = 1;

/** Moves a run of positions by its rounding, should one of its ends lie outside [0, limit). */
function settle(start: i64, end: i64, limit: i64): i64 {
  const least = min(start, end);
  const most = max(start, end);
  return least < 0 ? start - least : most >= limit ? start - (most - limit + 1) : start;
}

// @ts-ignore: decorator
@inline
function pair(a: i64, b: i64): v128 {
  return i64x2.replace_lane(i64x2.splat(a), 1, b);
}

/** Weights of 14 bits of the left (upper) and right (lower) neighbour for four fractions of 32 bits. */
// @ts-ignore: decorator
@inline
function weights(fractions: v128): v128 {
  const one = i32x4.splat(1);
  const after = i32x4.shr_u(i32x4.add(i32x4.shr_u(fractions, 17), one), 1);
  const before = i32x4.sub(i32x4.splat(16384), after);
  return v128.or(before, i32x4.shl(after, 16));
}

/** Four fractions of 32 bits as floats, of which 24 bits are kept. */
// @ts-ignore: decorator
@inline
function floats(fractions: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_u(fractions, 8)), f32x4.splat(<f32>(1.0 / 16777216.0)));
}

/** Two neighbouring pixels of bytes, blended by 14-bit weights; `chosen` puts their channels side by side. */
// @ts-ignore: decorator
@inline
function across(at: usize, chosen: v128, weight: v128): v128 {
  return i32x4.dot_i16x8_s(i8x16.swizzle(v128.load64_zero(at), chosen), weight);
}

/** One pixel as whole numbers; between the two directions 7 bits below the grey level are kept. */
// @ts-ignore: decorator
@inline
function whole(at: usize, stride: usize, chosen: v128, weight: v128, weightDown: v128): v128 {
  const half = i32x4.splat(64);
  const upper = i32x4.shr_s(i32x4.add(across(at, chosen, weight), half), 7);
  const lower = i32x4.shr_s(i32x4.add(across(at + stride, chosen, weight), half), 7);
  const both = v128.or(upper, i32x4.shl(lower, 16));
  return i32x4.shr_s(i32x4.add(i32x4.dot_i16x8_s(both, weightDown), i32x4.splat(1 << 20)), 21);
}

// @ts-ignore: decorator
@inline
function lerp(a: v128, b: v128, by: v128): v128 {
  return f32x4.add(a, f32x4.mul(f32x4.sub(b, a), by));
}

/** One pixel as floats; those of bytes are 2^14 times too large. */
// @ts-ignore: decorator
@inline
function fraction(mode: u32, at: usize, stride: usize, pixel: usize, chosen: v128, right: v128, down: v128): v128 {
  if (mode == MIXED) {
    const upper = f32x4.convert_i32x4_s(across(at, chosen, right));
    const lower = f32x4.convert_i32x4_s(across(at + stride, chosen, right));
    return lerp(upper, lower, down);
  }
  const below = at + stride;
  const upper = lerp(v128.load(at), v128.load(at + pixel), right);
  const lower = lerp(v128.load(below), v128.load(below + pixel), right);
  return lerp(upper, lower, down);
}

// @ts-ignore: decorator
@inline
function rows(
  mode: u32,
  source: usize,
  sourceWidth: i32,
  sourceHeight: i32,
  stride: usize,
  pixel: usize,
  numbers: usize,
  out: usize,
  width: i32,
  height: i32,
): void {
  const outPixel: usize = mode == BYTES ? 3 : 12;
  const a = load<f64>(numbers);
  const b = load<f64>(numbers, 8);
  const c = load<f64>(numbers, 16);
  const d = load<f64>(numbers, 24);
  const e = load<f64>(numbers, 32);
  const f = load<f64>(numbers, 40);
  const gain = v128.load(numbers, 48);
  const offset = v128.load(numbers, 64);
  const chosen =
    pixel == 3
      ? i8x16(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1)
      : i8x16(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, -1, -1, -1, -1);
  const limitX = <i64>(sourceWidth - 1) << 32;
  const limitY = <i64>(sourceHeight - 1) << 32;
  const stepX = <i64>Math.round(a * ONE);
  const stepY = <i64>Math.round(d * ONE);
  const stepX4 = i64x2.splat(stepX * 4);
  const stepY4 = i64x2.splat(stepY * 4);
  const strides = i32x4.splat(stride);
  const pixels = i32x4.splat(pixel);
  const sources = i32x4.splat(source);
  for (let y = 0; y < height; y++) {
    const startX = b * <f64>y + c;
    const startY = e * <f64>y + f;
    let from = inside(startX, a, sourceWidth - 1, 0, width, false);
    let to = inside(startX, a, sourceWidth - 1, from, width, true);
    from = inside(startY, d, sourceHeight - 1, from, to, false);
    to = inside(startY, d, sourceHeight - 1, from, to, true);
    const row = out + <usize>(y * width) * outPixel;
    fill(mode, row, row + <usize>from * outPixel, offset);
    if (from < to) {
      let u = <i64>((startX + a * <f64>from) * ONE);
      let v = <i64>((startY + d * <f64>from) * ONE);
      const last = <i64>(to - from - 1);
      u = settle(u, u + stepX * last, limitX);
      v = settle(v, v + stepY * last, limitY);
      let u0 = pair(u, u + stepX);
      let u2 = pair(u + stepX * 2, u + stepX * 3);
      let v0 = pair(v, v + stepY);
      let v2 = pair(v + stepY * 2, v + stepY * 3);
      let at = row + <usize>from * outPixel;
      for (let x: i64 = 0; x <= last; x += 4, at += 4 * outPixel) {
        if (x + 3 > last) {
          // Fewer than four are left: the last again in their place.
          const x1 = min(x + 1, last);
          const x2 = min(x + 2, last);
          u0 = pair(u + stepX * x, u + stepX * x1);
          v0 = pair(v + stepY * x, v + stepY * x1);
          u2 = pair(u + stepX * x2, u + stepX * last);
          v2 = pair(v + stepY * x2, v + stepY * last);
        }
        const places = i32x4.add(
          i32x4.add(sources, i32x4.mul(i32x4.shuffle(u0, u2, 1, 3, 5, 7), pixels)),
          i32x4.mul(i32x4.shuffle(v0, v2, 1, 3, 5, 7), strides),
        );
        const at0 = <usize>(<u32>i32x4.extract_lane(places, 0));
        const at1 = <usize>(<u32>i32x4.extract_lane(places, 1));
        const at2 = <usize>(<u32>i32x4.extract_lane(places, 2));
        const at3 = <usize>(<u32>i32x4.extract_lane(places, 3));
        const fractionX = i32x4.shuffle(u0, u2, 0, 2, 4, 6);
        const fractionY = i32x4.shuffle(v0, v2, 0, 2, 4, 6);
        if (mode == BYTES) {
          const right = weights(fractionX);
          const down = weights(fractionY);
          const p0 = whole(at0, stride, chosen, i32x4.shuffle(right, right, 0, 0, 0, 0), i32x4.shuffle(down, down, 0, 0, 0, 0));
          const p1 = whole(at1, stride, chosen, i32x4.shuffle(right, right, 1, 1, 1, 1), i32x4.shuffle(down, down, 1, 1, 1, 1));
          const p2 = whole(at2, stride, chosen, i32x4.shuffle(right, right, 2, 2, 2, 2), i32x4.shuffle(down, down, 2, 2, 2, 2));
          const p3 = whole(at3, stride, chosen, i32x4.shuffle(right, right, 3, 3, 3, 3), i32x4.shuffle(down, down, 3, 3, 3, 3));
          const four = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(p0, p1), i16x8.narrow_i32x4_s(p2, p3));
          v128.store(at, i8x16.swizzle(four, i8x16(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1)));
        } else {
          const right = mode == MIXED ? weights(fractionX) : floats(fractionX);
          const down = floats(fractionY);
          const p0 = fraction(mode, at0, stride, pixel, chosen, i32x4.shuffle(right, right, 0, 0, 0, 0), i32x4.shuffle(down, down, 0, 0, 0, 0));
          const p1 = fraction(mode, at1, stride, pixel, chosen, i32x4.shuffle(right, right, 1, 1, 1, 1), i32x4.shuffle(down, down, 1, 1, 1, 1));
          const p2 = fraction(mode, at2, stride, pixel, chosen, i32x4.shuffle(right, right, 2, 2, 2, 2), i32x4.shuffle(down, down, 2, 2, 2, 2));
          const p3 = fraction(mode, at3, stride, pixel, chosen, i32x4.shuffle(right, right, 3, 3, 3, 3), i32x4.shuffle(down, down, 3, 3, 3, 3));
          v128.store(at, f32x4.add(f32x4.mul(p0, gain), offset));
          v128.store(at, f32x4.add(f32x4.mul(p1, gain), offset), 12);
          v128.store(at, f32x4.add(f32x4.mul(p2, gain), offset), 24);
          v128.store(at, f32x4.add(f32x4.mul(p3, gain), offset), 36);
        }
        u0 = i64x2.add(u0, stepX4);
        u2 = i64x2.add(u2, stepX4);
        v0 = i64x2.add(v0, stepY4);
        v2 = i64x2.add(v2, stepY4);
      }
    }
    fill(mode, row + <usize>to * outPixel, row + <usize>width * outPixel, offset);
  }
}

/** Pixels outside the picture. */
// @ts-ignore: decorator
@inline
function fill(mode: u32, at: usize, end: usize, offset: v128): void {
  if (mode == BYTES) memory.fill(at, 0, end - at);
  else for (; at < end; at += 12) v128.store(at, offset);
}

/**
 * Samples a picture at an affine map of the output's pixels: bilinear, black where a position is not between its first and
 * last pixel centres. `mode` is bytes to bytes (0), bytes to floats (1), floats to floats (2), `pixel` the bytes of a pixel of three or
 * four channels. `numbers` holds the six numbers of the map (output to picture) in float64, then gain and offset of each
 * channel in float32, four each; the gain of bytes as floats is to be 2^14 times smaller. Three pixels and four bytes past
 * the output may be written, and one pixel past the picture read.
 */
export function warp(
  mode: u32,
  source: usize,
  sourceWidth: i32,
  sourceHeight: i32,
  stride: usize,
  pixel: usize,
  numbers: usize,
  out: usize,
  width: i32,
  height: i32,
): void {
  if (mode == BYTES) rows(0, source, sourceWidth, sourceHeight, stride, pixel, numbers, out, width, height);
  else if (mode == MIXED) rows(1, source, sourceWidth, sourceHeight, stride, pixel, numbers, out, width, height);
  else rows(2, source, sourceWidth, sourceHeight, stride, pixel, numbers, out, width, height);
}
