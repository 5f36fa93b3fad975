export type { ShardManifest } from './form.js';
export { createShardLoader, type ShardLoader, type ShardLoaderOptions } from './loader.js';
export {
  type OpenShardsOptions,
  openShards,
  type ShardFile,
  type ShardList,
  type ShardRecord,
  type ShardStream,
} from './open.js';
export { parseShare, type Share, shareFromEnvironment } from './share.js';
export { type WriteShardsOptions, type WrittenShards, writeShards } from './write.js';
