export { FormatError, type FormatErrorCode } from './format-error.js';
export { halfToFloat, readHalves, upperHalfToFloat, writeHalves } from './half.js';
export type { JsonRecordPlaces } from './json-block.js';
export {
  createJsonRecordReader,
  type JsonRecordHandlers,
  type JsonRecordOptions,
  type JsonRecordReader,
  type JsonRecordSummary,
  readJsonRecords,
} from './json-records.js';
export { type MatOptions, parseMat } from './mat.js';
export type { MatNumberClass, MatNumbers } from './mat-numbers.js';
export type {
  MatCell,
  MatChar,
  MatLogical,
  MatNumeric,
  MatStruct,
  MatValue,
} from './mat-value.js';
export { isNpy, type NpyArray, parseNpy } from './npy.js';
export { type ReadTarOptions, readTar, type TarMember } from './tar.js';
export { TarError } from './tar-name.js';
export { tarEnd, tarMember } from './tar-write.js';
export { isTorch, readTorch, type TorchFileTensor } from './torch.js';
