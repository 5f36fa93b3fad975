export {
  type AcceleratedWasm,
  type AccelerateWasmOptions,
  accelerateWasm,
} from './accelerate-wasm.js';
export {
  type BackendChoice,
  type BackendName,
  type BackendReport,
  type ChooseBackendOptions,
  chooseBackend,
} from './choose-backend.js';
export type { Engine } from './engine.js';
export { AccelerateError, type AccelerateErrorCode } from './errors.js';
export type { HeapMemory } from './heap-meter.js';
export type { NativeBuild } from './native.js';
export { type TrainingRate, trainingRate } from './rate.js';
export { type Check, type SelfCheck, selfCheck } from './self-check.js';
