import { createValue, noParameters, type Operation, one, sizeOf } from '../operation.js';
import type { Value } from '../types.js';

export interface ActivationAttributes {
  readonly function: 'relu' | 'relu6';
}

export const activationOperation: Operation<'activation'> = {
  op: 'activation',
  arity: one,
  schema: { function: ['relu', 'relu6'] },
  shape: ([input]) => input!,
  parameters: noParameters,
  cost: (_, __, output) => ({ activated: sizeOf(output) }),
};

/** Applies an activation by name. @param name of the node; default `<input>/<function>` */
export function activation(
  x: Value,
  which: ActivationAttributes['function'],
  { name = `${x.name}/${which}` }: { readonly name?: string } = {},
): Value {
  return createValue(activationOperation, name, [x], { function: which });
}

/** `max(x, 0)`. @param name of the node; default `<input>/relu` */
export function relu(x: Value, options: { readonly name?: string } = {}): Value {
  return activation(x, 'relu', options);
}

/** `min(max(x, 0), 6)`. @param name of the node; default `<input>/relu6` */
export function relu6(x: Value, options: { readonly name?: string } = {}): Value {
  return activation(x, 'relu6', options);
}
