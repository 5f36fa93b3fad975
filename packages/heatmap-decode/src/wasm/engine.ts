import { BINARY } from './binary.generated.js';

/** Addresses and sizes in bytes. */
export interface Native {
  readonly memory: WebAssembly.Memory;
  planarPeaks(maps: number, count: number, cells: number, places: number): void;
  interleavedPeaks(image: number, count: number, cells: number, places: number, work: number): void;
  planarProducts(
    columns: number,
    width: number,
    rows: number,
    height: number,
    count: number,
    out: number,
  ): void;
  interleavedProducts(
    columns: number,
    width: number,
    rows: number,
    height: number,
    count: number,
    out: number,
  ): void;
  warp(
    mode: number,
    source: number,
    sourceWidth: number,
    sourceHeight: number,
    stride: number,
    pixel: number,
    numbers: number,
    out: number,
    width: number,
    height: number,
  ): void;
  frame(
    from: number,
    stride: number,
    to: number,
    bytes: number,
    lines: number,
    left: number,
    right: number,
    above: number,
    below: number,
  ): void;
}

const PAGE = 65536;
/** More memory than this is not taken; what needs it goes the plain way. */
const MOST = 64 * 2 ** 20;

let native: Native | null | undefined;

/** The kernels with at least `bytes` bytes of memory; undefined where the engine has no WebAssembly SIMD or no room. */
export function nativeWith(bytes: number): Native | undefined {
  if (bytes > MOST) return undefined;
  native ??= instantiate();
  if (!native) return undefined;
  const { memory } = native;
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) {
    try {
      memory.grow(Math.ceil(missing / PAGE));
    } catch {
      return undefined;
    }
  }
  return native;
}

/** Whether the kernels run here; otherwise the functions of this entry are those of the main one. */
export function hasWasm(): boolean {
  return nativeWith(0) !== undefined;
}

/** The next address after `bytes` bytes from `address` on, so that vectors lie in one cache line. */
export function after(address: number, bytes: number): number {
  return Math.ceil((address + bytes) / 64) * 64;
}

function instantiate(): Native | null {
  try {
    const bytes = Uint8Array.from(atob(BINARY), (letter) => letter.charCodeAt(0));
    return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as Native;
  } catch {
    // No WebAssembly, no SIMD, or a page whose policy forbids it.
    return null;
  }
}
