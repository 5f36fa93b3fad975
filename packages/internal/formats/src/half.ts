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

/** Half precision as float32, into an array as long; faster than `halfToFloat` where there is much to read. */
export function readHalves(halves: Uint16Array, out: Float32Array): void {
  everyHalf ??= Float32Array.from({ length: 0x10000 }, (_, bits) => halfToNumber(bits));
  for (let i = 0; i < halves.length; i++) out[i] = everyHalf[halves[i]!]!;
}

let everyHalf: Float32Array | undefined;

/** Rounds float32 to half precision, ties to even; what is too large becomes infinite. */
export function writeHalves(floats: Float32Array, out: Uint16Array): void {
  const one = new Float32Array(1);
  const bits = new Uint32Array(one.buffer);
  for (let i = 0; i < floats.length; i++) {
    one[0] = floats[i]!;
    const sign = (bits[0]! >>> 16) & 0x8000;
    const magnitude = bits[0]! & 0x7fffffff;
    out[i] = sign | halfOfMagnitude(magnitude, one, bits);
  }
}

const FLOAT_INFINITY = 0x7f800000;
/** 2^16, which no half reaches. */
const TOO_LARGE = 0x47800000;
/** 2^-14, the least normal half. */
const LEAST_NORMAL = 0x38800000;
const ONE_HALF = 0x3f000000;

function halfOfMagnitude(magnitude: number, one: Float32Array, bits: Uint32Array): number {
  if (magnitude > FLOAT_INFINITY) return 0x7e00;
  if (magnitude >= TOO_LARGE) return 0x7c00;
  if (magnitude < LEAST_NORMAL) {
    // A float32 from 0.5 up has steps of 2^-24, which are those of subnormal halves: the addition rounds.
    bits[0] = magnitude;
    one[0] = one[0]! + 0.5;
    return bits[0]! - ONE_HALF;
  }
  const odd = (magnitude >>> 13) & 1;
  return (magnitude - 0x38000000 + 0xfff + odd) >>> 13;
}

/** bfloat16, the upper half of a float32. */
export function upperHalfToFloat(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
}
