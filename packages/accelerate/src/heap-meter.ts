import { heapExhausted, memoryOf, scratchPeaks, type WasmBackend } from './heap.js';

/** What the heap of tfjs's wasm backend holds, in bytes. */
export interface HeapMemory {
  /** Allocated now, since `accelerateWasm()`: tensors and scratch memory. */
  readonly bytes: number;
  /** The most at one time since then or since `resetPeak()`. */
  readonly peakBytes: number;
  /** The largest piece of scratch memory of a kernel since then. */
  readonly scratchPeakBytes: number;
  /** The whole heap; it grows as needed and never shrinks. */
  readonly heapBytes: number;
}

export interface HeapMeter {
  memory(): HeapMemory;
  resetPeak(): void;
  /** Puts the backend's own functions back. */
  undo(): void;
}

/**
 * Counts all that tfjs and the kernels allocate, and throws OUT_OF_MEMORY where the heap is full: tfjs does not look at malloc's
 * answer, so its own kernels would write over the heap's start.
 */
export function installHeapMeter(backend: WasmBackend): HeapMeter {
  const { wasm } = backend;
  // Emscripten's first call of each replaces the function, so that has to be behind us.
  wasm._free(wasm._malloc(1));
  const { _malloc: allocate, _free: release } = wasm;
  const sizes = new Map<number, number>();
  let [bytes, peakBytes] = [0, 0];
  const malloc = (size: number): number => {
    const address = allocate(size) >>> 0;
    if (address === 0 && size > 0) throw heapExhausted(backend, size, bytes);
    sizes.set(address, size);
    bytes += size;
    if (bytes > peakBytes) peakBytes = bytes;
    return address;
  };
  const free = (address: number): void => {
    const size = sizes.get(address >>> 0);
    if (size !== undefined) {
      bytes -= size;
      sizes.delete(address >>> 0);
    }
    release(address);
  };
  wasm._malloc = malloc;
  wasm._free = free;
  return {
    memory: () => {
      const heapBytes = memoryOf(backend)?.buffer.byteLength ?? 0;
      const scratchPeakBytes = scratchPeaks.get(wasm) ?? 0;
      return { bytes, peakBytes, scratchPeakBytes, heapBytes };
    },
    resetPeak: () => {
      peakBytes = bytes;
      scratchPeaks.delete(wasm);
    },
    undo: () => {
      // Someone may have put other functions in their place since; those stay.
      if (wasm._malloc === malloc) wasm._malloc = allocate;
      if (wasm._free === free) wasm._free = release;
    },
  };
}
