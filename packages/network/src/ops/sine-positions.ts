import { NetworkError } from '../error.js';
import { createValue, noCost, noParameters, type Operation } from '../operation.js';
import type { Size, Value } from '../types.js';

export interface SinePositionsAttributes {
  /** Of the grid of tokens. */
  readonly size: Size;
  /** Length of a token; the first half is the row's, the second the column's. */
  readonly channels: number;
  /** Tokens of zeros in front, for tokens that have no position. */
  readonly leading?: number;
}

export const sinePositionsOperation: Operation<'sinePositions'> = {
  op: 'sinePositions',
  arity: { from: 0, to: 0 },
  schema: { size: 'size', channels: 'count', leading: 'whole?' },
  shape(_, { size, channels, leading = 0 }, where) {
    if (channels % 4 !== 0)
      throw new NetworkError(
        'OUT_OF_RANGE',
        `${where}: channels must be a multiple of 4 (sine and cosine of rows and columns), got ${channels}`,
        { channels },
      );
    return [leading + size.height * size.width, channels];
  },
  parameters: noParameters,
  cost: noCost,
};

/**
 * The numbers of `sinePositions`, `[leading + height * width, channels]` in row-major order.
 *
 * With `D = channels / 2` and row `r` from 1, entry `m < D` is the sine (even `m`) or cosine (odd `m`) of
 * `2 pi r / (height + 1e-6) / 10000^(2 floor(m / 2) / D)`; the next `D` entries are the same of the column.
 */
export function sinePositionTable({
  size,
  channels,
  leading = 0,
}: SinePositionsAttributes): Float32Array {
  const { width, height } = size;
  const half = channels / 2;
  const table = new Float32Array((leading + width * height) * channels);
  let i = leading * channels;
  for (let row = 1; row <= height; row++)
    for (let column = 1; column <= width; column++)
      for (const [index, length] of [
        [row, height],
        [column, width],
      ] as const)
        for (let m = 0; m < half; m++) {
          const angle = ((index / (length + 1e-6)) * 2 * Math.PI) / 10000 ** ((m - (m % 2)) / half);
          table[i++] = m % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
        }
  return table;
}

export interface SinePositionsOptions {
  readonly name: string;
  /** Of the grid of tokens. */
  readonly size: Size;
  /** Length of a token, a multiple of 4. */
  readonly channels: number;
  /** Tokens of zeros in front. @param leading default 0 */
  readonly leading?: number;
}

/**
 * The fixed position of each token of a grid as sines and cosines `[height * width, channels]`, tokens row by row
 * (Carion et al., ECCV 2020; TokenPose and DistilPose call it `sine-full`). Nothing of it is trained or counted.
 */
export function sinePositions(options: SinePositionsOptions): Value {
  const { name, channels, leading = 0 } = options;
  const { width, height } = options.size;
  return createValue(sinePositionsOperation, name, [], {
    size: { width, height },
    channels,
    ...(leading > 0 && { leading }),
  });
}
