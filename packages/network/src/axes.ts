import { NetworkError } from './error.js';
import type { Shape } from './types.js';

/** An axis counted from 0, from one that may be counted from the end by negative numbers. */
export function axisFrom(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** Refuses an axis that the shape does not have. */
export function checkAxis(axis: number, shape: Shape, where: string): void {
  if (axis >= shape.length)
    throw new NetworkError(
      'OUT_OF_RANGE',
      `${where}: there is no axis ${axis} in [${shape}]; axes leave out the batch and count from 0`,
      { axis, shape },
    );
}
