import { createValue, noCost, noParameters, type Operation } from '../operation.js';
import type { Shape, Value } from '../types.js';

export interface FillAttributes {
  /** Without the batch. */
  readonly shape: Shape;
  readonly value: number;
}

export const fillOperation: Operation<'fill'> = {
  op: 'fill',
  arity: { from: 0, to: 0 },
  schema: { shape: 'counts', value: 'number' },
  shape: (_, { shape }) => shape,
  parameters: noParameters,
  cost: noCost,
};

export interface FillOptions {
  readonly name: string;
  /** Without the batch. */
  readonly shape: Shape;
  /** @param value default 0 */
  readonly value?: number;
}

/** One number everywhere, for every image: for example the first guess of a stage that refines one. */
export function fill({ name, shape, value = 0 }: FillOptions): Value {
  return createValue(fillOperation, name, [], { shape, value });
}
