export {
  type AcceleratedWasm,
  type AccelerateWasmOptions,
  accelerateWasm,
} from './accelerate-wasm.js';
export { AccelerateError, type AccelerateErrorCode } from './errors.js';
export type { HeapMemory } from './heap-meter.js';
export type { NativeBuild } from './native.js';
