/** IEEE 754 half precision, as its 16 bits, to a number; exact. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : fraction * 2 ** -24);
}

/** Half precision as float32. */
export function halfToFloat(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, halfToNumber);
}

/** bfloat16, the upper half of a float32. */
export function upperHalfToFloat(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
}
