import { multiplyAdd } from './simd';

/** Elementary functions of four lanes. Polynomials were fitted to the exact functions for this file (least largest relative error). */

// @ts-ignore: decorator
@inline
const LOG2_E: f32 = 1.4426950408889634;
// ln 2 in two parts: the first has few digits, so that its product with a whole number is exact.
// @ts-ignore: decorator
@inline
const LN2_HIGH: f32 = 0.693359375;
// @ts-ignore: decorator
@inline
const LN2_LOW: f32 = -2.12194440054690583e-4;

// @ts-ignore: decorator
@inline
function horner(x: v128, sum: v128, next: f32): v128 {
  return multiplyAdd(sum, x, f32x4.splat(next));
}

/** e^x; 0 below -104, infinity above 88.8, NaN for NaN. */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  const inside = f32x4.pmax(f32x4.pmin(x, f32x4.splat(89)), f32x4.splat(-104));
  const whole = f32x4.nearest(f32x4.mul(inside, f32x4.splat(LOG2_E)));
  const high = multiplyAdd(whole, f32x4.splat(-LN2_HIGH), inside);
  const rest = multiplyAdd(whole, f32x4.splat(-LN2_LOW), high);
  let sum = f32x4.splat(0.0013813069389306092);
  sum = horner(rest, sum, 0.00836941596636617);
  sum = horner(rest, sum, 0.04166845759656648);
  sum = horner(rest, sum, 0.16666514819156933);
  sum = horner(rest, sum, 0.4999999304975157);
  const power = f32x4.add(multiplyAdd(f32x4.mul(rest, rest), sum, rest), f32x4.splat(1));
  // Two factors, since 2^128 and the smallest results are beyond one.
  const exponent = i32x4.trunc_sat_f32x4_s(whole);
  const half = i32x4.shr_s(exponent, 1);
  return f32x4.mul(f32x4.mul(power, powerOfTwo(half)), powerOfTwo(i32x4.sub(exponent, half)));
}

// @ts-ignore: decorator
@inline
function powerOfTwo(exponent: v128): v128 {
  return i32x4.shl(i32x4.add(exponent, i32x4.splat(127)), 23);
}

/** 1 / (1 + e^-x). */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp(f32x4.neg(x))));
}

// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  const square = f32x4.mul(x, x);
  let sum = f32x4.splat(-0.0057170253649237715);
  sum = horner(square, sum, 0.020650575522583398);
  sum = horner(square, sum, -0.053743496248766516);
  sum = horner(square, sum, 0.13331491285242342);
  sum = horner(square, sum, -0.33333283925842166);
  const near = multiplyAdd(f32x4.mul(square, x), sum, x);
  const one = f32x4.splat(1);
  const size = f32x4.abs(x);
  const e = exp(f32x4.add(size, size));
  const far = f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(e, one)));
  const signed = v128.or(far, v128.and(x, f32x4.splat(-0.0)));
  return v128.bitselect(near, signed, f32x4.lt(size, f32x4.splat(0.625)));
}

/** The error function where |x| < 1. */
// @ts-ignore: decorator
@inline
function erfNear(x: v128): v128 {
  const square = f32x4.mul(x, x);
  let sum = f32x4.splat(7.853754975101213e-5);
  sum = horner(square, sum, -0.0008010164583975576);
  sum = horner(square, sum, 0.005188324696713875);
  sum = horner(square, sum, -0.02685381049018476);
  sum = horner(square, sum, 0.11283585115310119);
  sum = horner(square, sum, -0.37612625820965107);
  sum = horner(square, sum, 1.1283791657257618);
  return f32x4.mul(x, sum);
}

/** The complementary error function for x >= 0, as t times a polynomial of t = 1 / (1 + 0.6 x), times e^(-x^2). */
// @ts-ignore: decorator
@inline
function erfcPositive(x: v128, gauss: v128): v128 {
  const t = f32x4.div(f32x4.splat(1), multiplyAdd(x, f32x4.splat(0.6), f32x4.splat(1)));
  let sum = f32x4.splat(0.08247171886003135);
  sum = horner(t, sum, -0.4036665323496814);
  sum = horner(t, sum, 0.7500100701984075);
  sum = horner(t, sum, -0.5656853034421947);
  sum = horner(t, sum, 0.047587982630161965);
  sum = horner(t, sum, -0.024000444632805637);
  sum = horner(t, sum, 0.15881435904649754);
  sum = horner(t, sum, 0.27743940962975666);
  sum = horner(t, sum, 0.3385150431254479);
  sum = horner(t, sum, 0.338513772865072);
  return f32x4.mul(f32x4.mul(t, sum), gauss);
}

// @ts-ignore: decorator
@inline
export function erf(x: v128): v128 {
  const size = f32x4.abs(x);
  const gauss = exp(f32x4.neg(f32x4.mul(x, x)));
  const far = f32x4.sub(f32x4.splat(1), erfcPositive(size, gauss));
  const signed = v128.or(far, v128.and(x, f32x4.splat(-0.0)));
  return v128.bitselect(erfNear(x), signed, f32x4.lt(size, f32x4.splat(1)));
}

/** The standard normal distribution function, given u = x / sqrt(2) and e^(-u^2). */
// @ts-ignore: decorator
@inline
export function normalCdf(u: v128, gauss: v128): v128 {
  const half = f32x4.splat(0.5);
  const size = f32x4.abs(u);
  const tail = f32x4.mul(half, erfcPositive(size, gauss));
  const far = v128.bitselect(tail, f32x4.sub(f32x4.splat(1), tail), f32x4.lt(u, f32x4.splat(0)));
  const near = multiplyAdd(half, erfNear(u), half);
  return v128.bitselect(near, far, f32x4.lt(size, f32x4.splat(1)));
}

/** ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|), the logarithm as 2 artanh(u / (2 + u)). */
// @ts-ignore: decorator
@inline
export function softplus(x: v128): v128 {
  const u = exp(f32x4.neg(f32x4.abs(x)));
  const s = f32x4.div(u, f32x4.add(u, f32x4.splat(2)));
  const square = f32x4.mul(s, s);
  let sum = f32x4.splat(0.12150499435908896);
  sum = horner(square, sum, 0.10713823797668358);
  sum = horner(square, sum, 0.1430844256616054);
  sum = horner(square, sum, 0.1999943887581442);
  sum = horner(square, sum, 0.3333333781083834);
  const twice = f32x4.add(s, s);
  const logarithm = multiplyAdd(f32x4.mul(twice, square), sum, twice);
  return f32x4.add(f32x4.max(x, f32x4.splat(0)), logarithm);
}

/** The natural logarithm of a positive number in double precision. */
export function logarithm(x: f64): f64 {
  const bits = reinterpret<u64>(x);
  let exponent = <i32>(bits >>> 52) - 1023;
  let mantissa = reinterpret<f64>((bits & 0xfffffffffffff) | 0x3ff0000000000000);
  if (mantissa > 1.4142135623730951) {
    mantissa *= 0.5;
    exponent++;
  }
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let sum: f64 = 0;
  for (let odd = 19; odd >= 1; odd -= 2) sum = sum * square + 1 / <f64>odd;
  return <f64>exponent * 0.6931471805599453 + 2 * s * sum;
}
