export { interleavedProducts, planarProducts } from './draw';
export { interleavedPeaks, planarPeaks } from './peaks';
export { warp } from './warp';
export { frame } from './frame';
