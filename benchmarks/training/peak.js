/** What one core can do at best: fused multiply-adds of 128 bits, and copying memory. */
import asc from 'assemblyscript/asc';

/** Independent sums, as many as the registers hold, so that no addition waits for another. */
const SUMS = 12;
const range = Array.from({ length: SUMS }, (_, i) => i);
const SOURCE = `
export function spin(rounds: i32): f32 {
  const a = f32x4.splat(0.999);
  const b = f32x4.splat(0.001);
${range.map((i) => `  let s${i} = f32x4.splat(${i});`).join('\n')}
  for (let i = 0; i < rounds; i++) {
${range.map((i) => `    s${i} = v128.relaxed_madd<f32>(s${i}, a, b);`).join('\n')}
  }
  return ${range.map((i) => `f32x4.extract_lane(s${i}, 0)`).join(' + ')};
}`;

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/** Floating-point operations a second, an addition and a multiplication counted apart. */
export async function multiplyAddRate() {
  let binary;
  const { error, stderr } = await asc.main(
    [
      'spin.ts',
      '--outFile',
      'spin.wasm',
      '--enable',
      'simd,relaxed-simd',
      '--runtime',
      'stub',
      '-O3',
    ],
    {
      readFile: (name) => (name === 'spin.ts' ? SOURCE : null),
      writeFile: (name, contents) => {
        if (name === 'spin.wasm') binary = contents;
      },
    },
  );
  if (error) throw new Error(stderr.toString());
  if (!WebAssembly.validate(binary)) {
    const { setFlagsFromString } = await import('node:v8');
    setFlagsFromString('--experimental-wasm-relaxed-simd');
  }
  const { instance } = await WebAssembly.instantiate(binary, { env: { abort: () => {} } });
  const rounds = 20_000_000;
  instance.exports.spin(rounds);
  const times = Array.from({ length: 9 }, () => {
    const start = performance.now();
    instance.exports.spin(rounds);
    return performance.now() - start;
  });
  return (2 * 4 * SUMS * rounds) / (Math.min(...times) / 1000);
}

/** Bytes a second, read and written ones together, of copies larger than any cache. */
export function memoryRate() {
  const source = new Float32Array(2 ** 24).fill(1);
  const target = new Float32Array(source.length);
  const times = Array.from({ length: 11 }, () => {
    const start = performance.now();
    target.set(source);
    return performance.now() - start;
  });
  return (2 * source.byteLength) / (median(times) / 1000);
}
