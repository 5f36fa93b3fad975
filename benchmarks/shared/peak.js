/** What one core can do at best: independent fused multiply-adds in WebAssembly and nothing else, and copying memory. */
import { setFlagsFromString } from 'node:v8';

const INTEGER = 0x7f;
const VECTOR = 0x7b;
const MEMORY_ALIGN = 4;
/** Large enough for a timer, small enough for a benchmark. */
const ITERATIONS = 4_000_000;

const leb = (value) => {
  const bytes = [];
  do {
    bytes.push((value & 127) | (value > 127 ? 128 : 0));
    value >>= 7;
  } while (value > 0);
  return bytes;
};
const vector = (bytes) => [...leb(bytes.length), ...bytes];
const section = (id, ...items) => [id, ...vector([...leb(items.length), ...items.flat()])];

/** `(iterations) => void`, with that many accumulators, which are stored side by side at the end. */
function peakModule(accumulators) {
  const [get, set, tee] = [0x20, 0x21, 0x22];
  const factor = 1 + accumulators;
  const each = (make) => Array.from({ length: accumulators }, (_, i) => make(i)).flat();
  const body = [
    // A factor that the compiler does not know.
    ...[get, 0, 0xb2, 0x43, 0, 0, 0, 0x30, 0x94, 0xfd, 0x13, set, factor],
    ...[0x03, 0x40],
    ...each((i) => [get, factor, get, factor, get, 1 + i, 0xfd, ...leb(0x105), set, 1 + i]),
    ...[get, 0, 0x41, 1, 0x6b, tee, 0, 0x0d, 0, 0x0b],
    ...each((i) => [0x41, 0, get, 1 + i, 0xfd, 0x0b, MEMORY_ALIGN, ...leb(16 * i)]),
    0x0b,
  ];
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [0x60, 1, INTEGER, 0]),
    ...section(3, [0]),
    ...section(5, [0, 1]),
    ...section(7, [...vector([0x66]), 0, 0]),
    ...section(10, vector([1, accumulators + 1, VECTOR, ...body])),
  ]);
}

/** Thousand millions a second; `accumulators` must hide the latency and fit the registers. */
function measure(accumulators) {
  const bytes = peakModule(accumulators);
  // Node 20 has relaxed SIMD behind a flag.
  if (!WebAssembly.validate(bytes)) setFlagsFromString('--experimental-wasm-relaxed-simd');
  if (!WebAssembly.validate(bytes)) return null;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  let best = 0;
  for (let run = 0; run < 12; run++) {
    const start = process.cpuUsage();
    exports.f(ITERATIONS);
    const { user, system } = process.cpuUsage(start);
    best = Math.max(best, (ITERATIONS * accumulators * 8) / (user + system) / 1000);
  }
  return best;
}

/** The peak of 128-bit vectors, or of 256 where V8 makes these of pairs. */
export const peak = () => {
  const all = [12, 16].map(measure).filter((rate) => rate !== null);
  return all.length === 0 ? null : Math.max(...all);
};

/** Thousand millions of bytes a second, read and written ones together, of copies larger than any cache. */
export function memoryRate() {
  const source = new Float32Array(2 ** 24).fill(1);
  const target = new Float32Array(source.length);
  let best = 0;
  for (let run = 0; run < 12; run++) {
    const start = performance.now();
    target.set(source);
    best = Math.max(best, (2 * source.byteLength) / (performance.now() - start) / 1e6);
  }
  return best;
}
