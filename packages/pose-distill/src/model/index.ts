export { type CheckpointNames, checkpointNames } from './checkpoint-names.js';
export {
  type CheckpointMatch,
  type ImportedCheckpoint,
  type ImportOptions,
  type ImportReport,
  importCheckpoint,
  type NamingScheme,
} from './import-checkpoint.js';
export { type DecodeRule, decodeModel, encodeModel, type Model, type ModelFiles } from './model.js';
