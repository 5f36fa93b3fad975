export type { CacheCodec } from './cache/codec.js';
export type { CacheHeader } from './cache/manifest.js';
export type { Interpolation } from './cache/warp.js';
export { type BackendChoice, startBackend } from './node/backend.js';
export { buildPlan } from './node/build-plan.js';
export { chooseWorkers, type WorkerChoice } from './node/choose-workers.js';
export { createDirectoryStore } from './node/directory-store.js';
export {
  type Job,
  type JobOutcome,
  type JobRunOptions,
  planJob,
  readJob,
  runJob,
} from './node/job.js';
export { loadModel, saveModel, saveNewModel } from './node/models.js';
export { type ParallelOptions, trainInThreads } from './node/parallel.js';
export { type Phase, type PhaseResult, runPhase } from './node/phase.js';
export { physicalCores } from './node/processors.js';
export { type ReportInput, writeReport } from './node/report.js';
export { type RunOptions, type RunResult, runTraining } from './node/run.js';
export { type SummaryRow, summarise } from './node/summary.js';
export {
  type OpenCacheOptions,
  openTeacherCache,
  type TeacherCache,
} from './node/teacher-cache.js';
export {
  type CacheEvent,
  type WriteCacheOptions,
  type WrittenCache,
  writeTeacherCache,
} from './node/write-teacher-cache.js';
