import * as tf from '@tensorflow/tfjs-core';
import type { WasmBackend } from '../src/heap.js';

const GUARD_BYTES = 64;
const GUARD = 0xa5;
/** Four of these are a NaN, so that a value never written shows. */
const UNSET = 0xff;

export const wasmBackend = (): WasmBackend => tf.backend() as unknown as WasmBackend;

/**
 * Puts guard bytes around everything allocated while `body` runs (results and scratch memory), fills it with NaN, and returns
 * how many allocations had their guard bytes changed.
 */
export async function withGuards(body: () => Promise<void>): Promise<number> {
  const { wasm } = wasmBackend();
  const heap = (): Uint8Array => (wasm as unknown as { HEAPU8: Uint8Array }).HEAPU8;
  // Emscripten's first call of each replaces the function, so that has to be behind us.
  wasm._free(wasm._malloc(1));
  const { _malloc, _free } = wasm;
  const sizes = new Map<number, number>();
  let broken = 0;
  const check = (address: number): void => {
    const bytes = sizes.get(address)!;
    const before = heap().subarray(address - GUARD_BYTES, address);
    const after = heap().subarray(address + bytes, address + bytes + GUARD_BYTES);
    if (!before.every((byte) => byte === GUARD) || !after.every((byte) => byte === GUARD)) broken++;
  };
  wasm._malloc = (bytes) => {
    const block = _malloc(bytes + 2 * GUARD_BYTES) >>> 0;
    const address = block + GUARD_BYTES;
    heap().fill(GUARD, block, address);
    heap().fill(UNSET, address, address + bytes);
    heap().fill(GUARD, address + bytes, address + bytes + GUARD_BYTES);
    sizes.set(address, bytes);
    return address;
  };
  const free = (address: number): void => {
    if (sizes.has(address)) {
      check(address);
      sizes.delete(address);
      _free(address - GUARD_BYTES);
    } else _free(address);
  };
  wasm._free = free;
  try {
    await body();
    for (const address of sizes.keys()) check(address);
  } finally {
    wasm._malloc = _malloc;
    // Tensors made under guard may be freed later, so the wrapper stays while any is left.
    if (sizes.size === 0) wasm._free = _free;
  }
  return broken;
}

/** Values in [-1, 1) from a seed. */
export function values(seed: number, count: number): Float32Array {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** Runs a kernel of the current backend and reads its outputs. */
export async function kernel(
  name: string,
  inputs: Readonly<Record<string, tf.Tensor>>,
  attrs: object,
): Promise<Float32Array[]> {
  const result: tf.Tensor | tf.Tensor[] = tf
    .engine()
    .runKernel(name, { ...inputs }, attrs as tf.NamedAttrMap);
  const outputs = Array.isArray(result) ? result : [result];
  const read = await Promise.all(outputs.map((output) => output.data<'float32'>()));
  tf.dispose(outputs);
  return read;
}
