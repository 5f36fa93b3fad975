import { NetworkError } from '../error.js';
import { constant } from '../initialisers.js';
import { createValue, type NamedOptions, type Operation, one, sizeOf } from '../operation.js';
import type { Value } from '../types.js';

export interface BatchNormAttributes {
  readonly epsilon: number;
  /** Share of the batch in the new running statistics (PyTorch's sense; TensorFlow's momentum is one minus this). */
  readonly momentum: number;
}

export const batchNormOperation: Operation<'batchNorm'> = {
  op: 'batchNorm',
  arity: one,
  schema: { epsilon: 'number', momentum: 'number' },
  shape([input], { epsilon, momentum }, where) {
    if (epsilon < 0 || momentum < 0 || momentum > 1)
      throw new NetworkError(
        'OUT_OF_RANGE',
        `${where}: epsilon must be at least 0 and momentum in 0..1, got ${epsilon} and ${momentum}`,
        { epsilon, momentum },
      );
    return input!;
  },
  parameters([input]) {
    const shape = [input!.at(-1)!];
    return {
      gamma: { shape, kind: 'weight', initialiser: constant(1) },
      beta: { shape, kind: 'weight', initialiser: constant(0) },
      mean: { shape, kind: 'state', initialiser: constant(0) },
      variance: { shape, kind: 'state', initialiser: constant(1) },
    };
  },
  cost: (_, __, output) => ({ normalised: sizeOf(output) }),
};

export interface BatchNormOptions extends NamedOptions<'gamma' | 'beta' | 'mean' | 'variance'> {
  /** @param epsilon default 1e-5 */
  readonly epsilon?: number;
  /** @param momentum default 0.1: `running = 0.9 * running + 0.1 * batch` */
  readonly momentum?: number;
}

/**
 * Batch normalisation over all but the last axis (Ioffe and Szegedy, 2015). Training uses the batch's mean and biased
 * variance and updates the running ones (with the unbiased variance, as PyTorch); inference uses the running ones.
 */
export function batchNorm(x: Value, options: BatchNormOptions): Value {
  const { name, epsilon = 1e-5, momentum = 0.1, parameterNames } = options;
  return createValue(batchNormOperation, name, [x], { epsilon, momentum }, { parameterNames });
}
