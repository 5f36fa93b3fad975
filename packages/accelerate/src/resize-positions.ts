/** The options of tfjs's resizing kernels. */
export interface ResizeMode {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

/** Where output position i lies in the source, as numerator and denominator: whole numbers, so that floors are exact. */
function position(
  i: number,
  size: number,
  out: number,
  { alignCorners, halfPixelCenters }: ResizeMode,
): [number, number] {
  const corners = alignCorners && out > 1 ? 1 : 0;
  const [from, to] = [size - corners, out - corners];
  return halfPixelCenters ? [(2 * i + 1) * from, 2 * to] : [i * from, to];
}

/** For nearest neighbours: which source position each output position copies. */
export function nearestSources(size: number, out: number, mode: ResizeMode): Int32Array {
  return Int32Array.from({ length: out }, (_, i) => {
    const [numerator, denominator] = position(i, size, out, mode);
    const at = mode.alignCorners
      ? Math.floor((2 * numerator + denominator) / (2 * denominator))
      : Math.floor(numerator / denominator);
    return Math.min(size - 1, at);
  });
}

/** For bilinear interpolation: the two source positions of each output position, and how far it lies from the first. */
export interface Between {
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly weight: Float32Array;
}

export function bilinearSources(size: number, out: number, mode: ResizeMode): Between {
  const low = new Int32Array(out);
  const high = new Int32Array(out);
  const weight = new Float32Array(out);
  for (let i = 0; i < out; i++) {
    const [whole, denominator] = position(i, size, out, mode);
    const numerator = mode.halfPixelCenters ? whole - denominator / 2 : whole;
    const floor = Math.floor(numerator / denominator);
    low[i] = Math.max(0, floor);
    high[i] = Math.min(size - 1, Math.max(0, Math.ceil(numerator / denominator)));
    // Outside the first or last centre both positions are the same, and the weight does not matter.
    weight[i] = high[i] === low[i] ? 0 : (numerator - floor * denominator) / denominator;
  }
  return { low, high, weight };
}
