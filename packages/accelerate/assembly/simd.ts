/** `a * b + c`, fused where relaxed SIMD is enabled. */
// @ts-ignore: decorator
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/** Stores the first `columns` (1 to 7) lanes of two vectors, and nothing beyond them. */
export function storePart(to: usize, low: v128, high: v128, columns: u32): void {
  if (columns & 4) {
    v128.store(to, low);
    to += 16;
    low = high;
  }
  if (columns & 2) {
    v128.store64_lane(to, low, 0);
    to += 8;
    low = i64x2.shuffle(low, low, 1, 0);
  }
  if (columns & 1) v128.store32_lane(to, low, 0);
}
