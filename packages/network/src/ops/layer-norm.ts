import { NetworkError } from '../error.js';
import { constant } from '../initialisers.js';
import { createValue, type NamedOptions, noCost, type Operation, one } from '../operation.js';
import type { Value } from '../types.js';

export interface LayerNormAttributes {
  readonly epsilon: number;
}

export const layerNormOperation: Operation<'layerNorm'> = {
  op: 'layerNorm',
  arity: one,
  schema: { epsilon: 'number' },
  shape([input], { epsilon }, where) {
    if (epsilon < 0)
      throw new NetworkError(
        'OUT_OF_RANGE',
        `${where}: epsilon must be at least 0, got ${epsilon}`,
        { epsilon },
      );
    return input!;
  },
  parameters([input]) {
    const shape = [input!.at(-1)!];
    return {
      gamma: { shape, kind: 'weight', initialiser: constant(1) },
      beta: { shape, kind: 'weight', initialiser: constant(0) },
    };
  },
  cost: noCost,
};

export interface LayerNormOptions extends NamedOptions<'gamma' | 'beta'> {
  /** @param epsilon default 1e-5 */
  readonly epsilon?: number;
}

/** Each vector of the last axis less its mean, over its biased deviation, times gamma, plus beta (Ba et al., 2016). */
export function layerNorm(x: Value, options: LayerNormOptions): Value {
  const { name, epsilon = 1e-5, parameterNames } = options;
  return createValue(layerNormOperation, name, [x], { epsilon }, { parameterNames });
}
