export { type CheckFolderOptions, checkFolder, type FolderReport } from './node/check-folder.js';
export { decodeImage, readImageFile, readImageSize } from './node/image-file.js';
export { type BatchLoader, type BatchLoaderOptions, createBatchLoader } from './node/loader.js';
export { type OpenDatasetOptions, openDataset } from './node/open.js';
export {
  createShardLoader,
  type OpenShardsOptions,
  openShards,
  parseShare,
  type ShardFile,
  type ShardList,
  type ShardLoader,
  type ShardLoaderOptions,
  type ShardManifest,
  type ShardRecord,
  type ShardStream,
  type Share,
  shareFromEnvironment,
  type WriteShardsOptions,
  type WrittenShards,
  writeShards,
} from './node/shards/index.js';
export {
  type ContactSheetOptions,
  contactSheetHtml,
  contactSheetPng,
} from './node/sheets/contact-sheet.js';
export {
  type CheckedSplit,
  groupProblems,
  type ProblemKind,
  problemSheetHtml,
} from './node/sheets/problem-sheet.js';
export { statisticsRows, statisticsSheetHtml } from './node/sheets/statistics-sheet.js';
export {
  ANNOTATION_KINDS,
  type AnnotationKind,
  type FolderSettings,
  type FolderSource,
  parseSource,
  type SourceSpec,
} from './node/source.js';
export { type WriteFiguresOptions, writeFigures } from './node/write-figures.js';
