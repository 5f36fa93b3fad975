import { erf, exp, normalCdf, sigmoid, softplus, tanh } from './elementary';
import { storePart } from './simd';

/** Functions of one value, by number; the same numbers stand in `src/activation.ts`. */
// @ts-ignore: decorator
@inline
const EXP: u32 = 0;
// @ts-ignore: decorator
@inline
const TANH: u32 = 1;
// @ts-ignore: decorator
@inline
const ERF: u32 = 2;
// @ts-ignore: decorator
@inline
const SOFTPLUS: u32 = 3;
// @ts-ignore: decorator
@inline
const GELU: u32 = 4;
// @ts-ignore: decorator
@inline
const SILU: u32 = 5;
// @ts-ignore: decorator
@inline
const HARD_SIGMOID: u32 = 6;
// @ts-ignore: decorator
@inline
const HARD_SWISH: u32 = 7;
// @ts-ignore: decorator
@inline
const LEAKY_RELU: u32 = 8;
// @ts-ignore: decorator
@inline
const RELU: u32 = 9;
// @ts-ignore: decorator
@inline
const RELU6: u32 = 10;
// @ts-ignore: decorator
@inline
const CLIP: u32 = 11;

// @ts-ignore: decorator
@inline
function value(kind: u32, x: v128, a: v128): v128 {
  if (kind == EXP) return exp(x);
  if (kind == TANH) return tanh(x);
  if (kind == ERF) return erf(x);
  if (kind == SOFTPLUS) return softplus(x);
  if (kind == GELU) return f32x4.mul(x, cdf(x));
  if (kind == SILU) return f32x4.mul(x, sigmoid(x));
  if (kind == HARD_SIGMOID) return ramp(x);
  if (kind == HARD_SWISH) return f32x4.mul(x, ramp(x));
  return f32x4.max(f32x4.mul(x, a), x);
}

/** The distribution function at x. */
// @ts-ignore: decorator
@inline
function cdf(x: v128): v128 {
  const u = f32x4.mul(x, f32x4.splat(0.7071067811865476));
  return normalCdf(u, exp(f32x4.neg(f32x4.mul(u, u))));
}

/** (x + 3) / 6 kept in 0..1. */
// @ts-ignore: decorator
@inline
function ramp(x: v128): v128 {
  const shifted = f32x4.add(x, f32x4.splat(3));
  const inside = f32x4.min(f32x4.max(shifted, f32x4.splat(0)), f32x4.splat(6));
  return f32x4.div(inside, f32x4.splat(6));
}

/** The slope of a function at x, times dy. */
// @ts-ignore: decorator
@inline
function slope(kind: u32, dy: v128, x: v128, a: v128, b: v128): v128 {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  if (kind == GELU) {
    const u = f32x4.mul(x, f32x4.splat(0.7071067811865476));
    const gauss = exp(f32x4.neg(f32x4.mul(u, u)));
    const density = f32x4.mul(gauss, f32x4.splat(0.3989422804014327));
    return f32x4.mul(dy, f32x4.add(normalCdf(u, gauss), f32x4.mul(x, density)));
  }
  if (kind == SILU) {
    const s = sigmoid(x);
    return f32x4.mul(dy, f32x4.mul(s, f32x4.add(one, f32x4.mul(x, f32x4.sub(one, s)))));
  }
  if (kind == HARD_SIGMOID || kind == HARD_SWISH) {
    const between = v128.and(f32x4.gt(x, f32x4.splat(-3)), f32x4.lt(x, f32x4.splat(3)));
    if (kind == HARD_SIGMOID) return v128.and(between, f32x4.div(dy, f32x4.splat(6)));
    const inner = f32x4.add(f32x4.div(x, f32x4.splat(3)), f32x4.splat(0.5));
    const beyond = v128.and(f32x4.ge(x, f32x4.splat(3)), one);
    return f32x4.mul(dy, v128.bitselect(inner, beyond, between));
  }
  if (kind == RELU) return v128.and(f32x4.gt(x, zero), dy);
  if (kind == RELU6) return v128.and(v128.and(f32x4.gt(x, zero), f32x4.le(x, f32x4.splat(6))), dy);
  if (kind == CLIP) return v128.and(v128.and(f32x4.ge(x, a), f32x4.le(x, b)), dy);
  return v128.bitselect(dy, f32x4.mul(dy, a), f32x4.gt(x, zero));
}

/** The first `count` (1 to 3) floats at an address, and nothing beyond them. */
// @ts-ignore: decorator
@inline
function loadPart(from: usize, count: u32): v128 {
  let all = v128.load32_zero(from);
  if (count > 1) all = v128.load_lane<u32>(from, all, 1, 4);
  if (count > 2) all = v128.load_lane<u32>(from, all, 2, 8);
  return all;
}

// @ts-ignore: decorator
@inline
function mapAll(kind: u32, x: usize, y: usize, count: u32, a: f32): void {
  const parameter = f32x4.splat(a);
  for (; count >= 4; count -= 4) {
    v128.store(y, value(kind, v128.load(x), parameter));
    x += 16;
    y += 16;
  }
  if (count != 0) {
    const last = value(kind, loadPart(x, count), parameter);
    storePart(y, last, last, count);
  }
}

// @ts-ignore: decorator
@inline
function slopeAll(kind: u32, dy: usize, x: usize, dx: usize, count: u32, a: f32, b: f32): void {
  const first = f32x4.splat(a);
  const second = f32x4.splat(b);
  for (; count >= 4; count -= 4) {
    v128.store(dx, slope(kind, v128.load(dy), v128.load(x), first, second));
    dy += 16;
    x += 16;
    dx += 16;
  }
  if (count != 0) {
    const last = slope(kind, loadPart(dy, count), loadPart(x, count), first, second);
    storePart(dx, last, last, count);
  }
}

/** `y = function(x)` for `count` values; `a` is the slope of a leaky ReLU. */
export function activation(kind: u32, x: usize, y: usize, count: u32, a: f32): void {
  // One loop each, so that nothing is decided inside it.
  if (kind == EXP) mapAll(EXP, x, y, count, a);
  else if (kind == TANH) mapAll(TANH, x, y, count, a);
  else if (kind == ERF) mapAll(ERF, x, y, count, a);
  else if (kind == SOFTPLUS) mapAll(SOFTPLUS, x, y, count, a);
  else if (kind == GELU) mapAll(GELU, x, y, count, a);
  else if (kind == SILU) mapAll(SILU, x, y, count, a);
  else if (kind == HARD_SIGMOID) mapAll(HARD_SIGMOID, x, y, count, a);
  else if (kind == HARD_SWISH) mapAll(HARD_SWISH, x, y, count, a);
  else mapAll(LEAKY_RELU, x, y, count, a);
}

/** `dx = dy * function'(x)`; `a` is the slope of a leaky ReLU, `a` and `b` the ends of a clip. */
export function activationGradient(kind: u32, dy: usize, x: usize, dx: usize, count: u32, a: f32, b: f32): void {
  if (kind == GELU) slopeAll(GELU, dy, x, dx, count, a, b);
  else if (kind == SILU) slopeAll(SILU, dy, x, dx, count, a, b);
  else if (kind == HARD_SIGMOID) slopeAll(HARD_SIGMOID, dy, x, dx, count, a, b);
  else if (kind == HARD_SWISH) slopeAll(HARD_SWISH, dy, x, dx, count, a, b);
  else if (kind == RELU) slopeAll(RELU, dy, x, dx, count, a, b);
  else if (kind == RELU6) slopeAll(RELU6, dy, x, dx, count, a, b);
  else if (kind == CLIP) slopeAll(CLIP, dy, x, dx, count, a, b);
  else slopeAll(LEAKY_RELU, dy, x, dx, count, a, b);
}
