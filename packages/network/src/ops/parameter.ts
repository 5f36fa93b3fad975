import type { Initialiser } from '../initialisers.js';
import { normal } from '../initialisers.js';
import { createValue, type NamedOptions, noCost, type Operation } from '../operation.js';
import type { Shape, Value } from '../types.js';

export interface ParameterAttributes {
  /** Without the batch. */
  readonly shape: Shape;
}

export const parameterOperation: Operation<'parameter'> = {
  op: 'parameter',
  arity: { from: 0, to: 0 },
  schema: { shape: 'counts' },
  shape: (_, { shape }) => shape,
  parameters: (_, { shape }) => ({
    value: { shape, kind: 'weight', initialiser: normal(0.02) },
  }),
  cost: noCost,
};

export interface ParameterOptions extends NamedOptions<'value'> {
  /** Without the batch. */
  readonly shape: Shape;
  /** @param initialiser default normal with deviation 0.02 */
  readonly initialiser?: Initialiser;
}

/** A trained value that is the same for every image, such as learned tokens `[K, d]`. The parameter has the node's name. */
export function parameter(options: ParameterOptions): Value {
  const { name, shape, initialiser, parameterNames } = options;
  return createValue(
    parameterOperation,
    name,
    [],
    { shape },
    {
      parameterNames: { value: parameterNames?.value ?? name },
      initialisers: { value: initialiser },
    },
  );
}
