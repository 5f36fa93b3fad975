import { blurKernel } from './blur-kernel.js';
import type { DecodedKeypoints, KeypointArrays } from './decode.js';
import { requireRange } from './error.js';
import { keypointArrays } from './keypoint-arrays.js';
import { bothAxes, checkSimcc, type PerAxis, type SimccVectors } from './simcc.js';
import { fitStep, type Vector } from './vector-fit.js';

export interface DecodeSimccOptions {
  /** Bins per input pixel, as in encoding. @default 2 */
  readonly splitRatio?: number;
  /**
   * `none`: the bin itself. `dark`: Taylor step on the logarithm of the blurred vector. `fit`: top of the Gaussian fitted to the bins around,
   * exact at the ends too. @default 'none'
   */
  readonly refine?: 'none' | 'dark' | 'fit';
  /** Width of the Gaussian the network was trained on, in bins: `dark` blurs by about as much, `fit` takes in twice that. @default 6 */
  readonly sigma?: PerAxis;
  /** What happens where nothing is found; see `decodeSimcc`. @default 'guarded' */
  readonly rules?: 'guarded' | 'mmpose';
}

const [FLOOR, CEILING] = [1e-3, 50];
/** The differences reach two bins, so a longer step is not theirs to say. */
const REACH = 2;

/**
 * Finds the bin of each keypoint's maximum along x and y, and with `dark` or `fit` a place between bins. Keypoints are input pixels, bin /
 * splitRatio; the score is the smaller of the two maxima. In float64.
 *
 * - `guarded`: the place of the maximum whatever its sign; NaN bins are passed over, a vector without a number gives NaN. Steps away
 *   from a maximum or longer than 2 bins are left out.
 * - `mmpose`: -1 / splitRatio on both axes for a score <= 0 (with `dark`, NaN on an axis without a positive bin that is not all
 *   negative); steps are taken as they come.
 *
 * @param out where to write; allocates only a small workspace then. @default new arrays
 * @throws SHAPE_MISMATCH when data, the two axes or `out` do not fit; OUT_OF_RANGE for a ratio or sigma <= 0
 * @see Li et al., "SimCC", ECCV 2022; mmpose's `SimCCLabel` (`use_dark` for `dark`)
 * @example
 * const { keypoints, scores } = decodeSimcc({ // RTMPose: simcc_x [1, 17, 384], simcc_y [1, 17, 512]
 *   x: { data: x.data, shape: x.dims }, y: { data: y.data, shape: y.dims },
 * });
 */
export function decodeSimcc(
  vectors: SimccVectors,
  options: DecodeSimccOptions = {},
  out?: KeypointArrays,
): DecodedKeypoints {
  const { splitRatio = 2, refine = 'none', rules = 'guarded' } = options;
  requireRange(splitRatio > 0 && splitRatio < Infinity, 'splitRatio', 'a number > 0', splitRatio);
  const sigma = bothAxes('sigma', options.sigma ?? 6);
  const { batch, keypointCount, width, height } = checkSimcc(vectors);
  const count = batch * keypointCount;
  const { keypoints, scores } = keypointArrays(count, out);
  const guarded = rules === 'guarded';
  scores.fill(Infinity);
  for (let axis = 0; axis < 2; axis++) {
    const { data } = axis === 0 ? vectors.x : vectors.y;
    const length = axis === 0 ? width : height;
    for (let n = 0; n < count; n++) {
      let best = -Infinity;
      let place = NaN;
      for (let i = 0; i < length; i++) {
        const value = data[n * length + i]!;
        if (value > best) [best, place] = [value, i];
      }
      keypoints[n * 2 + axis] = place;
      scores[n] = Math.min(scores[n]!, Number.isNaN(place) ? NaN : best);
    }
  }
  const dark = refine === 'dark';
  const kernels = dark ? [darkKernel(sigma.x), darkKernel(sigma.y)] : [];
  for (let axis = 0; axis < 2; axis++) {
    const { data } = axis === 0 ? vectors.x : vectors.y;
    const length = axis === 0 ? width : height;
    for (let n = 0; n < count; n++) {
      const at = n * 2 + axis;
      const place = keypoints[at]!;
      const vector: Vector = { data, start: n * length, length };
      if (!guarded && scores[n]! <= 0) {
        keypoints[at] = dark && isNothing(vector, place, kernels[axis]!) ? NaN : -1;
      } else if (dark && !Number.isNaN(place)) {
        keypoints[at] = place + logStep(vector, place, kernels[axis]!, guarded);
      } else if (refine === 'fit' && scores[n]! > 0) {
        const radius = Math.ceil(2 * (axis === 0 ? sigma.x : sigma.y));
        keypoints[at] = place + fitStep(vector, place, radius);
      }
      keypoints[at] = keypoints[at]! / splitRatio;
    }
  }
  return { keypoints, scores, batch, keypointCount };
}

/** The blur whose sigma, by OpenCV's rule, is about `sigma`: an odd size, the smaller one in doubt. */
function darkKernel(sigma: number): Float64Array {
  const size = Math.floor((sigma * 20 - 7) / 3);
  return blurKernel(Math.max(1, size % 2 === 0 ? size - 1 : size));
}

/** The blurred vector at bin `i`; outside it is 0. */
function blurredAt({ data, start, length }: Vector, i: number, kernel: Float64Array): number {
  const radius = (kernel.length - 1) / 2;
  let sum = 0;
  for (let t = Math.max(-radius, -i); t <= Math.min(radius, length - 1 - i); t++) {
    sum += kernel[t + radius]! * data[start + i + t]!;
  }
  return sum;
}

function blurredMaximum(vector: Vector, kernel: Float64Array): number {
  let largest = -Infinity;
  for (let i = 0; i < vector.length; i++) {
    largest = Math.max(largest, blurredAt(vector, i, kernel));
  }
  return largest;
}

/** Whether rescaling the blurred vector to its old maximum divides 0 by 0. */
function isNothing(vector: Vector, place: number, kernel: Float64Array): boolean {
  return vector.data[vector.start + place] === 0 && blurredMaximum(vector, kernel) === 0;
}

/** One Newton step on the logarithm of the blurred vector at bin `i`; past the ends it goes on as its last bin. */
function logStep(vector: Vector, i: number, kernel: Float64Array, guarded: boolean): number {
  const last = vector.length - 1;
  const peak = vector.data[vector.start + i]!;
  if (guarded && !(peak > 0)) return 0;
  const near = [-2, -1, 0, 1, 2].map((step) =>
    blurredAt(vector, Math.min(Math.max(i + step, 0), last), kernel),
  );
  // Rescaling the blurred vector to its old maximum only matters where it meets the bounds: it makes bins larger, up to the peak.
  const bounded = !(Math.min(...near) >= FLOOR && peak <= CEILING);
  const scale = bounded ? peak / blurredMaximum(vector, kernel) : 1;
  const [before2, before, here, after, after2] = near.map((value) =>
    Math.log(Math.min(Math.max(value * scale, FLOOR), CEILING)),
  ) as [number, number, number, number, number];
  const first = (after - before) / 2;
  const second = (after2 - 2 * here + before2) / 4;
  if (!guarded) return -first / (second + 1e-9);
  const step = -first / second;
  return second < 0 && Math.abs(step) <= REACH ? step : 0;
}
