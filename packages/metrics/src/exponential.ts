// ln 2 in two parts; the first has trailing zeros, so that a small integer times it is exact.
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/**
 * e to the power of x for x <= 0, within 0.6 units in the last place on every engine. `Math.exp` is left to the engine and is off
 * by up to one unit, which turns equal similarities into unequal ones.
 */
export function exponential(x: number): number {
  if (!(x > -745.2)) return Number.isNaN(x) ? x : 0;
  const k = Math.round(x / Math.LN2);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const rest = high - r - low;
  // Taylor series 1/2!, 1/3!, ... 1/13! from r² on; |r| < 0.35, so r¹⁴/14! is below the last place.
  let series = 1 / 6227020800;
  series = series * r + 1 / 479001600;
  series = series * r + 1 / 39916800;
  series = series * r + 1 / 3628800;
  series = series * r + 1 / 362880;
  series = series * r + 1 / 40320;
  series = series * r + 1 / 5040;
  series = series * r + 1 / 720;
  series = series * r + 1 / 120;
  series = series * r + 1 / 24;
  series = series * r + 1 / 6;
  series = series * r + 1 / 2;
  const sum = 1 + r;
  const result = sum + (r - (sum - 1) + (r * r * series + (rest + rest * r)));
  if (k > -64) return result * HALVES[-k]!;
  // In two steps where the result has fewer digits, so that it is rounded once.
  return k < -1000 ? result * half(-k - 100) * half(100) : result * half(-k);
}

/** 0.5 to the powers 0 to 63. */
const HALVES: Float64Array = /* @__PURE__ */ Float64Array.from({ length: 64 }, (_, i) => half(i));

/** 0.5 to an integer power, by exact multiplications. */
function half(power: number): number {
  let result = 1;
  for (let [rest, factor] = [power, 0.5]; rest > 0; rest >>= 1, factor *= factor) {
    if (rest & 1) result *= factor;
  }
  return result;
}
