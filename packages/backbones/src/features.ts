import type { Value } from '@pose-distill/network';

/** What an encoder gives: one map per stride. */
export interface Features {
  /**
   * The deepest map at a stride, for example `at(32)`.
   * @throws RangeError when the encoder has none there
   */
  at(stride: number): Value;
  /** The strides that `at` has, ascending. */
  readonly strides: readonly number[];
  /** The encoder's last map. */
  readonly last: Value;
  /** The result of each block in order; the first is the stem. */
  readonly blocks: readonly Value[];
}

/** Collects the deepest map of each stride. @param stages `[stride, map]` from shallow to deep */
export function featuresFrom(
  stages: readonly (readonly [stride: number, map: Value])[],
  name: string,
): Features {
  const maps = new Map(stages);
  const strides = [...maps.keys()].sort((a, b) => a - b);
  return Object.freeze({
    at(stride: number): Value {
      const map = maps.get(stride);
      if (!map)
        throw new RangeError(
          `'${name}' has no map at stride ${stride}; it has ${strides.join(', ')}`,
        );
      return map;
    },
    strides,
    last: stages.at(-1)![1],
    blocks: stages.map(([, map]) => map),
  });
}
