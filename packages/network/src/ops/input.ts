import { createValue, noCost, noParameters, type Operation } from '../operation.js';
import type { Value } from '../types.js';

/** Size of the images that a network takes. */
export interface InputAttributes {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

export const inputOperation: Operation<'input'> = {
  op: 'input',
  arity: { from: 0, to: 0 },
  schema: { height: 'count', width: 'count', channels: 'count' },
  shape: (_, { height, width, channels }) => [height, width, channels],
  parameters: noParameters,
  cost: noCost,
};

/** An input of the network: maps `[B, height, width, channels]`. */
export function input(name: string, { height, width, channels }: InputAttributes): Value {
  return createValue(inputOperation, name, [], { height, width, channels });
}
