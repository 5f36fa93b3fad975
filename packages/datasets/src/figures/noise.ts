import { createRandom } from '@pose-distill/internal-random';

const SIDE = 64;
const GRAINS = 4096;

let lattice: Float32Array | undefined;
let grains: Float32Array | undefined;

/** A 64x64 torus of uniform values, the same in every call: pictures pick their own place in it. */
export function noiseLattice(): Float32Array {
  if (lattice) return lattice;
  const random = createRandom(0, 'figure.lattice');
  const values = new Float32Array(SIDE * SIDE);
  for (let i = 0; i < values.length; i++) values[i] = random.uniform();
  lattice = values;
  return values;
}

/** 4096 standard normal values for sensor noise, the same in every call. */
export function noiseGrains(): Float32Array {
  if (grains) return grains;
  const random = createRandom(0, 'figure.grains');
  const values = new Float32Array(GRAINS);
  for (let i = 0; i < values.length; i++) values[i] = random.normal();
  grains = values;
  return values;
}

/** Smooth value noise in [0, 1) with one lattice cell per unit. */
export function smoothNoise(table: Float32Array, x: number, y: number): number {
  const column = Math.floor(x);
  const row = Math.floor(y);
  let fx = x - column;
  let fy = y - row;
  fx = fx * fx * (3 - 2 * fx);
  fy = fy * fy * (3 - 2 * fy);
  const left = column & 63;
  const right = (column + 1) & 63;
  const top = (row & 63) << 6;
  const bottom = ((row + 1) & 63) << 6;
  const a = table[top + left]!;
  const b = table[top + right]!;
  const c = table[bottom + left]!;
  const d = table[bottom + right]!;
  const upper = a + (b - a) * fx;
  return upper + (c + (d - c) * fx - upper) * fy;
}

/** Adds `weight` times smooth noise to a row: out[i] += weight * noise(x + i * step, y). */
export function addNoiseRow(
  table: Float32Array,
  out: Float32Array,
  count: number,
  x: number,
  step: number,
  y: number,
  weight: number,
): void {
  const row = Math.floor(y);
  let fy = y - row;
  fy = fy * fy * (3 - 2 * fy) * weight;
  const rest = weight - fy;
  const top = (row & 63) << 6;
  const bottom = ((row + 1) & 63) << 6;
  for (let i = 0; i < count; i++) {
    const place = x + i * step;
    const column = Math.floor(place);
    let fx = place - column;
    fx = fx * fx * (3 - 2 * fx);
    const left = column & 63;
    const right = (column + 1) & 63;
    const a = table[top + left]! * rest + table[bottom + left]! * fy;
    const b = table[top + right]! * rest + table[bottom + right]! * fy;
    out[i] = out[i]! + a + (b - a) * fx;
  }
}

/** As `addNoiseRow`, two octaves. */
export function addRoughRow(
  table: Float32Array,
  out: Float32Array,
  count: number,
  x: number,
  step: number,
  y: number,
  weight: number,
): void {
  addNoiseRow(table, out, count, x, step, y, weight * 0.67);
  addNoiseRow(table, out, count, x * 2.17 + 11.3, step * 2.17, y * 2.17 + 5.7, weight * 0.33);
}
