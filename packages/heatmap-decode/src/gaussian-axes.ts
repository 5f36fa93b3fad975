/** Gaussians of the K keypoints of an image along one axis; a map is the product of two. Keypoint k's cell i is at k * size + i. */
export interface Axis {
  readonly size: number;
  readonly values: Float64Array;
  /** [K] Centre in cells. */
  readonly centre: Float64Array;
  /** [K] First cell that has a value. */
  readonly from: Int32Array;
  /** [K] The cell after the last one; not above `from` where there is nothing. */
  readonly to: Int32Array;
}

export function gaussianAxis(size: number, keypointCount: number): Axis {
  return {
    size,
    values: new Float64Array(size * keypointCount),
    centre: new Float64Array(keypointCount),
    from: new Int32Array(keypointCount),
    to: new Int32Array(keypointCount),
  };
}

/** 2^-150, a number as such, which bundlers can drop: products below it are 0 in float32. */
const NOTHING = 7.006492321624085e-46;

/** Square of the distance, in cells, beyond which a Gaussian is 0 in float32. */
export function reachOf(sigma: number): number {
  return -2 * sigma * sigma * Math.log(NOTHING);
}

/** A patch of some radius to each side, with its peak at the floor of half its side, counted from its first cell. */
export interface Patch {
  readonly sigma: number;
  readonly peak: number;
  /** The values along one axis; as many as no map is likely to hold are not kept, but computed where they are needed. */
  readonly values: Float64Array;
}

/** Largest number of values that a patch keeps. */
const KEPT = 1024;

export function gaussianPatch(sigma: number, radius: number): Patch {
  const side = 2 * radius + 1;
  const peak = Math.floor(side / 2);
  // Truncated corners can lie one cell further apart than the side.
  const values = new Float64Array(Math.min(KEPT, Math.ceil(side) + 1));
  for (let i = 0; i < values.length; i++) values[i] = gaussian(i - peak, sigma);
  return { sigma, peak, values };
}

function gaussian(distance: number, sigma: number): number {
  return Math.exp((-distance * distance) / (2 * sigma * sigma));
}

/** Writes what of a patch, with corners [low, high), lies on the axis. */
export function placePatch(
  axis: Axis,
  k: number,
  { values, peak, sigma }: Patch,
  low: number,
  high: number,
): void {
  const { size } = axis;
  const from = Math.max(0, low);
  const to = Math.min(size, high);
  for (let i = from, at = k * size + from; i < to; i++, at++) {
    const inPatch = i - low;
    axis.values[at] = inPatch < KEPT ? values[inPatch]! : gaussian(inPatch - peak, sigma);
  }
  axis.from[k] = from;
  axis.to[k] = to;
  axis.centre[k] = (low + high) / 2;
}

/**
 * Fills keypoint k's cells with a Gaussian around `centre`, outwards from the nearest: from one cell to the next it changes by a factor
 * that itself changes by a constant one, so that four exponentials are enough.
 */
export function placeGaussian(axis: Axis, k: number, centre: number, sigma: number): void {
  const { values, size } = axis;
  const falloff = -1 / (2 * sigma * sigma);
  const nearest = Math.max(0, Math.min(size - 1, Math.round(centre)));
  const distance = nearest - centre;
  const largest = Math.exp(falloff * distance * distance);
  const change = Math.exp(2 * falloff);
  const start = k * size;

  let value = largest;
  let factor = Math.exp(falloff * (1 + 2 * distance));
  let i = nearest;
  for (; i < size && value >= NOTHING; i++) {
    values[start + i] = value;
    value *= factor;
    factor *= change;
  }
  axis.to[k] = i;
  value = largest;
  factor = Math.exp(falloff * (1 - 2 * distance));
  for (i = nearest; i >= 0 && value >= NOTHING; i--) {
    values[start + i] = value;
    value *= factor;
    factor *= change;
  }
  axis.from[k] = i + 1;
  axis.centre[k] = centre;
}
