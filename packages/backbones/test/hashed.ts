/** Numbers in -1..1, exact in float32: a hash of the name (FNV-1a) and the index, as in `golden/encoders.py`. */
export function hashed(name: string, count: number): Float32Array {
  let seed = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) seed = Math.imul(seed ^ byte, 0x01000193);
  return Float32Array.from({ length: count }, (_, index) => {
    let x = (Math.imul(index, 0x9e3779b9) + seed) >>> 0;
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad) >>> 0;
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97) >>> 0;
    x = (x ^ (x >>> 15)) >>> 0;
    return (x >>> 8) / 2 ** 23 - 1;
  });
}

/** A parameter as the golden files' networks have it: weights uniform for their fan-in, norms around one, shifts around zero. */
export function hashedParameter(name: string, shape: readonly number[]): Float32Array {
  const values = hashed(
    name,
    shape.reduce((product, length) => product * length, 1),
  );
  const fan = shape.slice(1).reduce((product, length) => product * length, 1);
  if (shape.length > 1) return values.map((value) => value * Math.sqrt(6 / fan));
  if (/(running_var|weight)$/.test(name)) return values.map((value) => 1 + value / 2);
  return values.map((value) => value / 5);
}
