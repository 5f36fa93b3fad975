export { aic14 } from './aic14.js';
export { coco17 } from './coco17.js';
export { crowdpose14 } from './crowdpose14.js';
export { defineSkeleton } from './define.js';
export { SkeletonError, type SkeletonProblem } from './error.js';
export { flipIndices } from './flip.js';
export {
  DEFAULT_OKS_SIGMA,
  type SkeletonOverrides,
  skeletonFromKeypoints,
} from './from-keypoints.js';
export { jhmdb15 } from './jhmdb15.js';
export { lsp14 } from './lsp14.js';
export { matchKeypoints } from './match.js';
export { mpii16 } from './mpii16.js';
export { canonicalKeypointName } from './names.js';
export type { KeypointPair, KeypointReference, Skeleton, SkeletonSpec } from './skeleton.js';
