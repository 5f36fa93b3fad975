export {
  forEachBackend,
  hasBackend,
  startBackend,
  type TestBackend,
  testBackends,
} from './backends.js';
export { largestDifference, largestMagnitude } from './closeness.js';
export {
  goldenOrReference,
  hasReferenceData,
  readNpy,
  readReferenceJson,
  referencePath,
} from './reference.js';
