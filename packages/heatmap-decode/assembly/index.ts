export { interleavedProducts, planarProducts } from './draw';
export { interleavedPeaks, planarPeaks } from './peaks';
export { frame, warp } from './warp';
