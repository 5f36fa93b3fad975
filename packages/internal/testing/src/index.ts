export {
  forEachBackend,
  hasBackend,
  startBackend,
  type TestBackend,
  testBackends,
} from './backends.js';
export { largestDifference, largestMagnitude } from './closeness.js';
export { runReadmeExample } from './readme.js';
export {
  goldenOrReference,
  hasReferenceData,
  readNpy,
  readReferenceJson,
  referenceFolders,
  referencePath,
} from './reference.js';
