import { type PeakFinder, peakFinder, writePeaks } from '../peaks.js';
import { after, nativeWith } from './engine.js';

/** Copies one image's maps at a time, which then are in a near cache for the scan and for the refinement. */
export const nativePeakFinder: PeakFinder = (data, grid, keypoints, scores) => {
  const { keypointCount: count, image: length, cell } = grid;
  const cells = grid.width * grid.height;
  const places = 64;
  const work = after(places, count * 4);
  const maps = after(work, count * 8);
  const native = nativeWith(maps + length * 4);
  if (!native || (cell > 1 && count < 4)) return peakFinder(data, grid, keypoints, scores);
  const { buffer } = native.memory;
  const found = new Int32Array(buffer, places, count);
  const copy = new Float32Array(buffer, maps, length);
  return (image) => {
    copy.set(data.subarray(image * length, (image + 1) * length));
    if (cell === 1) native.planarPeaks(maps, count, cells, places);
    else native.interleavedPeaks(maps, count, cells, places, work);
    writePeaks(data, grid, image, found, keypoints, scores);
  };
};
