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

/** Two octaves of smooth noise, still in [0, 1). */
export function roughNoise(table: Float32Array, x: number, y: number): number {
  return (
    smoothNoise(table, x, y) * 0.67 + smoothNoise(table, x * 2.17 + 11.3, y * 2.17 + 5.7) * 0.33
  );
}
