import { type DataType, type TensorInfo, util } from '@tensorflow/tfjs-core';
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

/** A new tensor on the heap, its values not set. */
export function output(
  backend: WasmBackend,
  shape: readonly number[],
  dtype: DataType = 'float32',
): TensorInfo {
  const tensor = backend.makeOutput([...shape], dtype);
  const bytes = sizeOf(shape) * util.bytesPerElement(dtype);
  if (bytes > 0 && backend.dataIdMap.get(tensor.dataId).memoryOffset === 0) {
    // tfjs does not look at malloc's answer: such a tensor would be written over the heap's start.
    backend.disposeData(tensor.dataId, true);
    throw heapExhausted(backend, `a tensor [${shape}]`, bytes);
  }
  return tensor;
}

/** Runs `use` with that many bytes of scratch memory, 8-byte aligned and not set, freed afterwards. */
export function withScratch<T>(
  backend: WasmBackend,
  bytes: number,
  use: (address: number) => T,
): T {
  const address = backend.wasm._malloc(bytes) >>> 0;
  if (address === 0) throw heapExhausted(backend, 'scratch memory', bytes);
  try {
    return use(address);
  } finally {
    backend.wasm._free(address);
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

function heapExhausted(backend: WasmBackend, what: string, bytes: number): AccelerateError {
  const heap = memoryOf(backend)?.buffer.byteLength ?? 0;
  const megabytes = (n: number): string => `${(n / 2 ** 20).toFixed(1)} MiB`;
  return new AccelerateError(
    'OUT_OF_MEMORY',
    `The WebAssembly heap of tfjs has no room for ${what} (${megabytes(bytes)}); it is ${megabytes(heap)} and cannot ` +
      `pass 4 GiB. Use a smaller batch, or dispose tensors that are no longer needed.`,
    { bytes, heap },
  );
}
