import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { AccelerateError } from './errors.js';

/** The parts of tfjs-backend-wasm 4.22 that the kernels use. */
export interface WasmBackend {
  readonly wasm: {
    readonly asm?: { readonly memory?: unknown };
    readonly wasmMemory?: unknown;
    _malloc(bytes: number): number;
    _free(address: number): void;
  };
  readonly dataIdMap: { get(dataId: object): { readonly memoryOffset: number } };
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
  disposeData(dataId: object, force?: boolean): boolean;
  incRef(dataId: object): void;
}

/** The memory that the backend's heap lives in; it grows, so views of it are made anew at each use. */
export function memoryOf(backend: WasmBackend): WebAssembly.Memory | undefined {
  const memory = backend.wasm.asm?.memory ?? backend.wasm.wasmMemory;
  return memory instanceof WebAssembly.Memory ? memory : undefined;
}

/** Number of elements. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Address of a float32 tensor's values. */
export function addressOf(backend: WasmBackend, tensor: TensorInfo, name: string): number {
  if (tensor.dtype !== 'float32') {
    throw new AccelerateError(
      'SHAPE_MISMATCH',
      `Expected ${name} of dtype float32, got ${tensor.dtype} [${tensor.shape}]. Cast it first.`,
      { name, dtype: tensor.dtype },
    );
  }
  return rawAddressOf(backend, tensor);
}

/** Address of a tensor's values, of whatever type. */
export function rawAddressOf(backend: WasmBackend, tensor: TensorInfo): number {
  return backend.dataIdMap.get(tensor.dataId).memoryOffset;
}

/** A new tensor on the heap, its values not set. A full heap throws in malloc: see `installHeapMeter`. */
export function output(
  backend: WasmBackend,
  shape: readonly number[],
  dtype: DataType = 'float32',
): TensorInfo {
  return backend.makeOutput([...shape], dtype);
}

/** The largest piece of scratch memory so far. */
export const scratchPeaks: WeakMap<WasmBackend['wasm'], number> = new WeakMap();

/** Runs `use` with that many bytes of scratch memory, 8-byte aligned and not set, freed afterwards. */
export function withScratch<T>(
  backend: WasmBackend,
  bytes: number,
  use: (address: number) => T,
): T {
  const { wasm } = backend;
  const address = wasm._malloc(bytes) >>> 0;
  if (bytes > (scratchPeaks.get(wasm) ?? 0)) scratchPeaks.set(wasm, bytes);
  try {
    return use(address);
  } finally {
    wasm._free(address);
  }
}

/** Hands out consecutive pieces of a scratch area, each 16-byte aligned relative to its start. */
export class Pieces {
  bytes = 0;

  /** Offset of the next `bytes` bytes. */
  take(bytes: number): number {
    const offset = this.bytes;
    this.bytes = (offset + bytes + 15) & ~15;
    return offset;
  }
}

/** The error for an allocation of `bytes` that the heap refused while tensors and scratch memory hold `used` bytes. */
export function heapExhausted(backend: WasmBackend, bytes: number, used: number): AccelerateError {
  const heap = memoryOf(backend)?.buffer.byteLength ?? 0;
  const megabytes = (n: number): string => `${(n / 2 ** 20).toFixed(1)} MiB`;
  return new AccelerateError(
    'OUT_OF_MEMORY',
    `The WebAssembly heap of tfjs has no room for ${megabytes(bytes)} more; it is ${megabytes(heap)} with ${megabytes(used)} ` +
      `in use, and cannot pass 4 GiB. Use a smaller batch or \`recompute\`, or dispose tensors that are no longer needed.`,
    { bytes, used, heap },
  );
}
