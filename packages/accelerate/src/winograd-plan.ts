import type { Convolution } from './convolution.js';

/** One shape of filter that Winograd's algorithm is written for; four outputs (of each parity, backwards) a tile and axis. */
export interface Scheme {
  /** Index of its transforms in `assembly/winograd.ts`, times three. */
  readonly transforms: number;
  readonly taps: number;
  readonly stride: number;
  /** Products of one axis, which is also how many inputs of an axis a tile reads. */
  readonly products: number;
}

const SCHEMES: readonly Scheme[] = [
  { transforms: 0, taps: 3, stride: 1, products: 6 },
  { transforms: 3, taps: 3, stride: 2, products: 9 },
  { transforms: 6, taps: 4, stride: 2, products: 10 },
];

/** Outputs of one phase that a tile gives along an axis. */
const TILE = 4;

/** What an axis's tiles read and write: positions by tile, -1 where there is none. */
export interface AxisTiles {
  readonly tiles: number;
  readonly inputs: Int32Array;
  readonly outputs: Int32Array;
}

/** Which way a convolution is walked. */
export type Direction = 'forward' | 'input gradient' | 'filter gradient';

/** The scheme that this convolution fits, whatever it costs. */
export function schemeOf(c: Convolution): Scheme | undefined {
  if (c.filterHeight !== c.filterWidth || c.strideY !== c.strideX) return undefined;
  // Vectors of four channels, both sides.
  if (c.channels % 4 !== 0 || c.outChannels % 4 !== 0) return undefined;
  const isDilated = c.dilationY !== 1 || c.dilationX !== 1;
  return SCHEMES.find(
    ({ taps, stride }) =>
      taps === c.filterHeight && stride === c.strideY && (stride === 1 || !isDilated),
  );
}

/** `count` positions `step` apart, for each tile. */
interface Run {
  readonly start: (tile: number) => number;
  readonly count: number;
  readonly step: number;
}

const run = (start: Run['start'], count: number, step: number): Run => ({ start, count, step });

/** The positions of all tiles; -1 for those outside `0..size - 1`. */
function positions(tiles: number, runs: readonly Run[], size: number): Int32Array {
  const list = new Int32Array(tiles * runs.reduce((sum, { count }) => sum + count, 0));
  let at = 0;
  for (let tile = 0; tile < tiles; tile++) {
    for (const { start, count, step } of runs) {
      const first = start(tile);
      for (let i = 0; i < count; i++) {
        const position = first + i * step;
        list[at++] = position >= 0 && position < size ? position : -1;
      }
    }
  }
  return list;
}

/** Tiles of an axis, forward. */
export function forwardTiles(
  { stride, taps }: Scheme,
  dilation: number,
  pad: number,
  inputSize: number,
  outputSize: number,
): AxisTiles {
  if (stride === 1) {
    // Outputs `dilation` apart share inputs.
    const starts: number[] = [];
    for (let phase = 0; phase < Math.min(dilation, outputSize); phase++) {
      for (let start = phase; start < outputSize; start += TILE * dilation) starts.push(start);
    }
    const tiles = starts.length;
    const inputs = run((tile) => starts[tile]! - pad, TILE + taps - 1, dilation);
    const outputs = run((tile) => starts[tile]!, TILE, dilation);
    return {
      tiles,
      inputs: positions(tiles, [inputs], inputSize),
      outputs: positions(tiles, [outputs], outputSize),
    };
  }
  const tiles = Math.ceil(outputSize / TILE);
  const start = (tile: number): number => tile * TILE * stride - pad;
  const inputs = [run(start, TILE + 1, 2), run((tile) => start(tile) + 1, taps + 1, 2)];
  return {
    tiles,
    inputs: positions(tiles, inputs, inputSize),
    outputs: positions(tiles, [run((tile) => tile * TILE, TILE, 1)], outputSize),
  };
}

/**
 * Tiles of an axis backwards: `size` values of the convolution's input from `gradientSize` values of dy, with the filter turned
 * around. With stride 2 a tile gives four values of each parity, which take the even and the odd taps.
 */
export function backwardTiles(
  scheme: Scheme,
  dilation: number,
  pad: number,
  gradientSize: number,
  size: number,
): AxisTiles {
  const { stride, taps } = scheme;
  if (stride === 1) {
    return forwardTiles(scheme, dilation, dilation * (taps - 1) - pad, gradientSize, size);
  }
  // Value `2 (first + i) - shift` is reached by taps 2 (from dy first + i - 1) and 0 (from dy first + i) of its parity.
  const parity = (shift: number, reach: number) => {
    const first = Math.max(0, Math.ceil(shift / 2));
    return {
      count: Math.ceil((size - (2 * first - shift)) / 2),
      inputs: run((tile) => first + tile * TILE - reach, TILE + reach, 1),
      outputs: run((tile) => 2 * (first + tile * TILE) - shift, TILE, 2),
    };
  };
  const even = parity(pad, 1);
  const odd = parity(pad - 1, taps - 3);
  // Turned around, the even taps of four are the odd ones.
  const [a, b] = taps === 4 ? [odd, even] : [even, odd];
  const tiles = Math.max(0, Math.ceil(Math.max(a.count, b.count) / TILE));
  return {
    tiles,
    inputs: positions(tiles, [a.inputs, b.inputs], gradientSize),
    outputs: positions(tiles, [a.outputs, b.outputs], size),
  };
}

/** Processor cycles, measured: what the two ways take, up to a tenth for maps of any size. */
const CYCLES = {
  /** A multiplication of the register tile, and what each pixel and weight of a plain convolution takes besides. */
  multiplication: 0.136,
  pixel: 40,
  weight: 1,
  /** For each product: a vector of the tile's transforms, the tile besides, and a vector of the filter's transform. */
  tileVector: 2.2,
  tile: 30,
  filterVector: { forward: 3.5, 'input gradient': 6, 'filter gradient': 6 },
} as const;

/** Whether the products saved outweigh the transforms; `tiles` of all images. */
export function isFaster(
  direction: Direction,
  c: Convolution,
  { taps, products }: Scheme,
  tiles: number,
): boolean {
  const weights = c.channels * c.outChannels;
  const multiplications = CYCLES.multiplication * weights;
  const pixels = c.batch * c.outHeight * c.outWidth;
  const direct =
    taps ** 2 * (pixels * multiplications + CYCLES.weight * weights) + CYCLES.pixel * pixels;
  const tileCycles =
    multiplications + CYCLES.tile + (CYCLES.tileVector * (c.channels + c.outChannels)) / 4;
  const filterCycles = (CYCLES.filterVector[direction] * weights) / 4;
  return products ** 2 * (tiles * tileCycles + filterCycles) < 0.9 * direct;
}
