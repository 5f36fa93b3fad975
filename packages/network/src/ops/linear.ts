import { constant, type Initialiser, normal } from '../initialisers.js';
import { createValue, type NamedOptions, type Operation, one, sizeOf } from '../operation.js';
import type { Value } from '../types.js';

export interface LinearAttributes {
  /** Output channels. */
  readonly channels: number;
  readonly bias: boolean;
}

export const linearOperation: Operation<'linear'> = {
  op: 'linear',
  arity: one,
  schema: { channels: 'count', bias: 'boolean' },
  shape: ([input], { channels }) => [...input!.slice(0, -1), channels],
  parameters: ([input], { channels, bias }) => ({
    weight: { shape: [input!.at(-1)!, channels], kind: 'weight', initialiser: normal(0.01) },
    ...(bias && { bias: { shape: [channels], kind: 'weight' as const, initialiser: constant(0) } }),
  }),
  cost: ([input], { channels }) => ({ macs: sizeOf(input!) * channels }),
};

export interface LinearOptions extends NamedOptions<'weight' | 'bias'> {
  /** Output channels. */
  readonly channels: number;
  /** @param bias default true */
  readonly bias?: boolean;
  /** @param initialiser of the weight; default normal with deviation 0.01 */
  readonly initialiser?: Initialiser;
  /** @param biasInitialiser default 0 */
  readonly biasInitialiser?: Initialiser;
}

/** Matrix product over the last axis, `[...,C] -> [...,channels]`, plus bias. Weight `[C, channels]`. */
export function linear(x: Value, options: LinearOptions): Value {
  const { name, channels, bias = true, initialiser, biasInitialiser, parameterNames } = options;
  return createValue(
    linearOperation,
    name,
    [x],
    { channels, bias },
    { parameterNames, initialisers: { weight: initialiser, bias: biasInitialiser } },
  );
}
