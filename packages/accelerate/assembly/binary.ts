/** Kinds of `choose` and `compare`, by number; the same numbers stand in `src/binary.ts`. */
// @ts-ignore: decorator
@inline
const MAXIMUM: u32 = 0;
// @ts-ignore: decorator
@inline
const GREATER: u32 = 0;
// @ts-ignore: decorator
@inline
const GREATER_EQUAL: u32 = 1;
// @ts-ignore: decorator
@inline
const LESS: u32 = 2;
// @ts-ignore: decorator
@inline
const LESS_EQUAL: u32 = 3;
// @ts-ignore: decorator
@inline
const EQUAL: u32 = 4;

// @ts-ignore: decorator
@inline
function operand(from: usize, step: usize): v128 {
  return step == 0 ? v128.load32_splat(from) : v128.load(from);
}

/** Maximum or minimum of `count` pairs; an operand whose step is 0 is one number. NaN where either is. */
export function choose(kind: u32, a: usize, b: usize, stepA: usize, stepB: usize, y: usize, count: u32): void {
  for (; count >= 4; count -= 4) {
    const first = operand(a, stepA);
    const second = operand(b, stepB);
    v128.store(y, kind == MAXIMUM ? f32x4.max(first, second) : f32x4.min(first, second));
    a += stepA;
    b += stepB;
    y += 16;
  }
  for (; count != 0; count--) {
    const first = load<f32>(a);
    const second = load<f32>(b);
    store<f32>(y, kind == MAXIMUM ? max(first, second) : min(first, second));
    a += stepA >> 2;
    b += stepB >> 2;
    y += 4;
  }
}

// @ts-ignore: decorator
@inline
function comparison(kind: u32, a: v128, b: v128): v128 {
  if (kind == GREATER) return f32x4.gt(a, b);
  if (kind == GREATER_EQUAL) return f32x4.ge(a, b);
  if (kind == LESS) return f32x4.lt(a, b);
  if (kind == LESS_EQUAL) return f32x4.le(a, b);
  return kind == EQUAL ? f32x4.eq(a, b) : f32x4.ne(a, b);
}

/** Compares `count` pairs, as bytes 0 and 1; an operand whose step is 0 is one number. */
export function compare(kind: u32, a: usize, b: usize, stepA: usize, stepB: usize, y: usize, count: u32): void {
  for (; count >= 4; count -= 4) {
    const mask = comparison(kind, operand(a, stepA), operand(b, stepB));
    const ones = v128.and(mask, i32x4.splat(1));
    store<u32>(
      y, i32x4.extract_lane(i8x16.shuffle(ones, ones, 0, 4, 8, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), 0),
    );
    a += stepA;
    b += stepB;
    y += 4;
  }
  for (; count != 0; count--) {
    const mask = comparison(kind, v128.load32_splat(a), v128.load32_splat(b));
    store<u8>(y, <u8>(i32x4.extract_lane(mask, 0) & 1));
    a += stepA >> 2;
    b += stepB >> 2;
    y++;
  }
}

/** `y = condition ? t : e`, the condition as bytes. */
export function select(condition: usize, t: usize, e: usize, y: usize, count: u32): void {
  for (; count >= 4; count -= 4) {
    const words = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(condition)));
    v128.store(y, v128.bitselect(v128.load(e), v128.load(t), i32x4.eq(words, i32x4.splat(0))));
    condition += 4;
    t += 16;
    e += 16;
    y += 16;
  }
  for (; count != 0; count--) {
    store<f32>(y, load<u8>(condition) != 0 ? load<f32>(t) : load<f32>(e));
    condition++;
    t += 4;
    e += 4;
    y += 4;
  }
}
