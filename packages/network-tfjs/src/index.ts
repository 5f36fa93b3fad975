export { RunError, type RunErrorCode } from './error.js';
export { type RunOptions, type RunResult, run } from './run.js';
export type { Recompute } from './training.js';
export { applyUpdates, createVariables, readWeights, toTensors } from './variables.js';
