/** Convolutions and their gradients as plain loops in double precision. */

export interface Geometry {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly outChannels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly pad: { readonly top: number; readonly left: number };
  readonly depthwise: boolean;
  /** Of channels; 1 if not said. */
  readonly groups?: number;
}

/** Exact sums, and the sums of the magnitudes that were added: what rounding is measured against. */
export interface Sums {
  readonly sum: Float64Array;
  readonly magnitude: Float64Array;
}

const inputs = (g: Geometry): number => g.batch * g.height * g.width * g.channels;
const outputs = (g: Geometry): number => g.batch * g.outHeight * g.outWidth * g.outChannels;
const weights = (g: Geometry): number =>
  g.filterHeight * g.filterWidth * (g.depthwise ? 1 : g.channels / (g.groups ?? 1)) * g.outChannels;

/** Every triple (input, output, weight) of flat indices that the convolution multiplies. */
function forEachTriple(g: Geometry, visit: (x: number, y: number, w: number) => void): void {
  const multiplier = g.outChannels / g.channels;
  const groupChannels = g.channels / (g.groups ?? 1);
  const groupOutputs = g.outChannels / (g.groups ?? 1);
  for (let b = 0; b < g.batch; b++)
    for (let oy = 0; oy < g.outHeight; oy++)
      for (let ox = 0; ox < g.outWidth; ox++)
        for (let ky = 0; ky < g.filterHeight; ky++)
          for (let kx = 0; kx < g.filterWidth; kx++) {
            const iy = oy * g.stride[0] + ky * g.dilation[0] - g.pad.top;
            const ix = ox * g.stride[1] + kx * g.dilation[1] - g.pad.left;
            if (iy < 0 || ix < 0 || iy >= g.height || ix >= g.width) continue;
            const x = ((b * g.height + iy) * g.width + ix) * g.channels;
            const y = ((b * g.outHeight + oy) * g.outWidth + ox) * g.outChannels;
            const tap = ky * g.filterWidth + kx;
            for (let o = 0; o < g.outChannels; o++) {
              if (g.depthwise) {
                visit(x + Math.floor(o / multiplier), y + o, tap * g.outChannels + o);
                continue;
              }
              const first = x + Math.floor(o / groupOutputs) * groupChannels;
              for (let i = 0; i < groupChannels; i++) {
                visit(first + i, y + o, (tap * groupChannels + i) * g.outChannels + o);
              }
            }
          }
}

function accumulate(
  length: number,
  each: (add: (at: number, product: number) => void) => void,
): Sums {
  const sum = new Float64Array(length);
  const magnitude = new Float64Array(length);
  each((at, product) => {
    sum[at]! += product;
    magnitude[at]! += Math.abs(product);
  });
  return { sum, magnitude };
}

export function forward(g: Geometry, x: Float32Array, filter: Float32Array): Sums {
  return accumulate(outputs(g), (add) => {
    forEachTriple(g, (i, o, w) => add(o, x[i]! * filter[w]!));
  });
}

export function inputGradient(g: Geometry, dy: Float32Array, filter: Float32Array): Sums {
  return accumulate(inputs(g), (add) => {
    forEachTriple(g, (i, o, w) => add(i, dy[o]! * filter[w]!));
  });
}

export function filterGradient(g: Geometry, x: Float32Array, dy: Float32Array): Sums {
  return accumulate(weights(g), (add) => {
    forEachTriple(g, (i, o, w) => add(w, x[i]! * dy[o]!));
  });
}

/**
 * Largest error in units of float32 rounding (2^-24) of the summed magnitudes; Infinity for a value that should not be there.
 */
export function roundings(actual: Float32Array, { sum, magnitude }: Sums): number {
  if (actual.length !== sum.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < sum.length; i++) {
    const error = Math.abs(actual[i]! - sum[i]!);
    const units = error === 0 ? 0 : error / (magnitude[i]! * 2 ** -24);
    if (!(units <= largest)) largest = Number.isNaN(units) ? Infinity : units;
  }
  return largest;
}
