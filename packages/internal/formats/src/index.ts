export { FormatError, type FormatErrorCode } from './format-error.js';
export type { JsonRecordPlaces } from './json-block.js';
export {
  createJsonRecordReader,
  type JsonRecordHandlers,
  type JsonRecordOptions,
  type JsonRecordReader,
  type JsonRecordSummary,
  readJsonRecords,
} from './json-records.js';
export { type NpyArray, parseNpy } from './npy.js';
export { type ReadTarOptions, readTar, type TarMember } from './tar.js';
export { TarError } from './tar-name.js';
export { tarEnd, tarMember } from './tar-write.js';
