import { NetworkError } from './error.js';
import type { Shape } from './types.js';

/**
 * The shape that all inputs are repeated to: shapes are aligned at their ends, and lengths must be equal or 1. So
 * `[channels]` and `[1, 1, channels]` meet every pixel of `[height, width, channels]`.
 */
export function broadcastShape(inputs: readonly Shape[], where: string): Shape {
  const rank = Math.max(...inputs.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const lengths = inputs.map((shape) => shape[axis - rank + shape.length] ?? 1);
    const longest = Math.max(...lengths);
    if (lengths.some((length) => length !== 1 && length !== longest))
      throw new NetworkError(
        'SHAPE_MISMATCH',
        `${where}: lengths must be equal or 1, counted from the last axis, got [${inputs.join('], [')}]`,
        { inputs },
      );
    return longest;
  });
}
