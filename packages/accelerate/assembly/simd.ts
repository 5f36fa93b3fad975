/** `a * b + c`, fused where relaxed SIMD is enabled. */
// @ts-ignore: decorator
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/** `c - a * b`, fused where relaxed SIMD is enabled. */
// @ts-ignore: decorator
@inline
export function multiplySubtract(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_nmadd(a, b, c) : f32x4.sub(c, f32x4.mul(a, b));
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

/**
 * Reads one word of each cache line of a run of memory, in order, and keeps something of them in `sink` so that the reads are
 * not left out.
 *
 * Kernels that go through a block in strips call it first: the processor fetches ahead along a run, and not along strips.
 */
export function touch(from: usize, bytes: usize, sink: usize): void {
  let all = load<u32>(sink);
  const end = from + bytes;
  for (; from < end; from += 64) all ^= load<u32>(from);
  store<u32>(sink, all);
}

/** Transposes 4x4 floats from rows `fromBytes` apart to rows `toBytes` apart. */
// @ts-ignore: decorator
@inline
export function transpose4(from: usize, fromBytes: usize, to: usize, toBytes: usize): void {
  const a = v128.load(from);
  const b = v128.load(from + fromBytes);
  const c = v128.load(from + 2 * fromBytes);
  const d = v128.load(from + 3 * fromBytes);
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f64>(ab, cd, 0, 2));
  v128.store(to + toBytes, v128.shuffle<f64>(ab, cd, 1, 3));
  v128.store(to + 2 * toBytes, v128.shuffle<f64>(abHigh, cdHigh, 0, 2));
  v128.store(to + 3 * toBytes, v128.shuffle<f64>(abHigh, cdHigh, 1, 3));
}
