/** One output pixel: the neighbours on two rows, blended. */
// @ts-ignore: decorator
@inline
function blend(a: v128, b: v128, c: v128, d: v128, right: v128, down: v128): v128 {
  const upper = f32x4.add(a, f32x4.mul(f32x4.sub(b, a), right));
  const lower = f32x4.add(c, f32x4.mul(f32x4.sub(d, c), right));
  return f32x4.add(upper, f32x4.mul(f32x4.sub(lower, upper), down));
}

/** Three of the bytes of `pair` as floats. */
// @ts-ignore: decorator
@inline
function floats(pair: v128, chosen: v128): v128 {
  return f32x4.convert_i32x4_u(i8x16.swizzle(pair, chosen));
}

/** `kind`: channels of a picture in bytes, 3 or 4, or 16 more of one in floats. Reads up to two bytes past the second pixel. */
// @ts-ignore: decorator
@inline
function sample(kind: u32, at: usize, stride: usize, right: v128, down: v128): v128 {
  if (kind >= 16) {
    const next: usize = kind == 19 ? 12 : 16;
    return blend(
      v128.load(at),
      v128.load(at + next),
      v128.load(at + stride),
      v128.load(at + stride + next),
      right,
      down,
    );
  }
  const upper = v128.load64_zero(at);
  const lower = v128.load64_zero(at + stride);
  const one = i8x16(0, -1, -1, -1, 1, -1, -1, -1, 2, -1, -1, -1, -1, -1, -1, -1);
  const two =
    kind == 3
      ? i8x16(3, -1, -1, -1, 4, -1, -1, -1, 5, -1, -1, -1, -1, -1, -1, -1)
      : i8x16(4, -1, -1, -1, 5, -1, -1, -1, 6, -1, -1, -1, -1, -1, -1, -1);
  return blend(floats(upper, one), floats(upper, two), floats(lower, one), floats(lower, two), right, down);
}

// @ts-ignore: decorator
@inline
function write(toBytes: bool, out: usize, value: v128): void {
  if (toBytes) {
    const whole = i32x4.trunc_sat_f32x4_s(f32x4.add(value, f32x4.splat(0.5)));
    const narrow = i16x8.narrow_i32x4_s(whole, whole);
    v128.store32_lane(out, i8x16.narrow_i16x8_u(narrow, narrow), 0);
  } else {
    v128.store(out, value);
  }
}

/** 2^32: positions are kept in units of that part of a pixel. */
const ONE: f64 = 4294967296;

/** First of the pixels from `from` on for which start + step * x lies in [0, limit), or the one after the last of them. */
function inside(start: f64, step: f64, limit: f64, from: i32, to: i32, last: bool): i32 {
  if (step == 0) {
    const all = start >= 0 && start < limit;
    return last ? (all ? to : from) : all ? from : to;
  }
  const zero = -start / step;
  const end = (limit - start) / step;
  // Rounding may be a pixel off; the ends are tried.
  const estimate = last ? Math.floor(Math.max(zero, end)) + 2 : Math.ceil(Math.min(zero, end)) - 1;
  let x = <i32>Math.max(<f64>from, Math.min(<f64>to, estimate));
  if (last) {
    while (x > from && !within(start + step * <f64>(x - 1), limit)) x--;
  } else {
    while (x < to && !within(start + step * <f64>x, limit)) x++;
  }
  return x;
}

// @ts-ignore: decorator
@inline
function within(position: f64, limit: f64): bool {
  return position >= 0 && position < limit;
}

// @ts-ignore: decorator
@inline
function rows(
  kind: u32,
  toBytes: bool,
  source: usize,
  sourceWidth: i32,
  sourceHeight: i32,
  stride: usize,
  numbers: usize,
  out: usize,
  width: i32,
  height: i32,
): void {
  const pixel: usize = kind >= 16 ? (kind - 16) * 4 : kind;
  const outPixel: usize = toBytes ? 3 : 12;
  const a = load<f64>(numbers);
  const b = load<f64>(numbers, 8);
  const c = load<f64>(numbers, 16);
  const d = load<f64>(numbers, 24);
  const e = load<f64>(numbers, 32);
  const f = load<f64>(numbers, 40);
  const gain = v128.load(numbers, 48);
  const offset = v128.load(numbers, 64);
  const limitX = <i64>(sourceWidth - 1) << 32;
  const limitY = <i64>(sourceHeight - 1) << 32;
  const stepX = <i64>Math.round(a * ONE);
  const stepY = <i64>Math.round(d * ONE);
  const part = f32x4.splat(<f32>(1.0 / 16777216.0));
  for (let y = 0; y < height; y++) {
    const startX = b * <f64>y + c;
    const startY = e * <f64>y + f;
    let from = inside(startX, a, sourceWidth - 1, 0, width, false);
    let to = inside(startX, a, sourceWidth - 1, from, width, true);
    from = inside(startY, d, sourceHeight - 1, from, to, false);
    to = inside(startY, d, sourceHeight - 1, from, to, true);
    for (let x = 0; x < from; x++, out += outPixel) write(toBytes, out, offset);
    if (from < to) {
      let u = <i64>((startX + a * <f64>from) * ONE);
      let v = <i64>((startY + d * <f64>from) * ONE);
      const length = <i64>(to - from - 1);
      u = settle(u, u + stepX * length, limitX);
      v = settle(v, v + stepY * length, limitY);
      for (let x = from; x < to; x++, out += outPixel) {
        const at = source + <usize>(v >> 32) * stride + <usize>(u >> 32) * pixel;
        const right = f32x4.mul(f32x4.convert_i32x4_s(i32x4.splat((<u32>u) >> 8)), part);
        const down = f32x4.mul(f32x4.convert_i32x4_s(i32x4.splat((<u32>v) >> 8)), part);
        const value = sample(kind, at, stride, right, down);
        write(toBytes, out, f32x4.add(f32x4.mul(value, gain), offset));
        u += stepX;
        v += stepY;
      }
    }
    for (let x = to; x < width; x++, out += outPixel) write(toBytes, out, offset);
  }
}

/** Moves a run of positions by its rounding, should one of its ends lie outside [0, limit). */
function settle(start: i64, end: i64, limit: i64): i64 {
  const least = min(start, end);
  const most = max(start, end);
  return least < 0 ? start - least : most >= limit ? start - (most - limit + 1) : start;
}

/**
 * Samples a picture at an affine map of the output's pixels: bilinear, black where a position is not between its first and
 * last pixel centres. `numbers` holds the six numbers of the map (output to picture) in float64, then gain and offset
 * of each channel in float32, four each. Up to 12 bytes past the output are written, up to 4 past the picture read.
 */
export function warp(
  kind: u32,
  toBytes: bool,
  source: usize,
  sourceWidth: i32,
  sourceHeight: i32,
  stride: usize,
  numbers: usize,
  out: usize,
  width: i32,
  height: i32,
): void {
  if (kind == 3) {
    if (toBytes) rows(3, true, source, sourceWidth, sourceHeight, stride, numbers, out, width, height);
    else rows(3, false, source, sourceWidth, sourceHeight, stride, numbers, out, width, height);
  } else if (kind == 4) {
    if (toBytes) rows(4, true, source, sourceWidth, sourceHeight, stride, numbers, out, width, height);
    else rows(4, false, source, sourceWidth, sourceHeight, stride, numbers, out, width, height);
  } else if (toBytes) {
    rows(kind, true, source, sourceWidth, sourceHeight, stride, numbers, out, width, height);
  } else {
    rows(kind, false, source, sourceWidth, sourceHeight, stride, numbers, out, width, height);
  }
}

/** Copies `lines` lines of `bytes` bytes into a black frame of `left` and `right` bytes and `above` and `below` lines. */
export function frame(
  from: usize,
  stride: usize,
  to: usize,
  bytes: usize,
  lines: u32,
  left: usize,
  right: usize,
  above: u32,
  below: u32,
): void {
  const whole = left + bytes + right;
  memory.fill(to, 0, whole * above);
  to += whole * above;
  for (let line: u32 = 0; line < lines; line++) {
    memory.fill(to, 0, left);
    memory.copy(to + left, from, bytes);
    memory.fill(to + left + bytes, 0, right);
    to += whole;
    from += stride;
  }
  memory.fill(to, 0, whole * below);
}
