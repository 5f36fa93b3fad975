import { NetworkError } from '../error.js';
import { createValue, noCost, noParameters, type Operation, one, sizeOf } from '../operation.js';
import type { Shape, Value } from '../types.js';

export interface ReshapeAttributes {
  /** Without the batch. */
  readonly shape: Shape;
}

export const reshapeOperation: Operation<'reshape'> = {
  op: 'reshape',
  arity: one,
  schema: { shape: 'counts' },
  shape([input], { shape }, where) {
    if (sizeOf(input!) !== sizeOf(shape))
      throw new NetworkError(
        'SHAPE_MISMATCH',
        `${where}: [${input}] has ${sizeOf(input!)} elements, [${shape}] has ${sizeOf(shape)}`,
        { input, shape },
      );
    return shape;
  },
  parameters: noParameters,
  cost: noCost,
};

export interface ReshapeOptions {
  /** Without the batch; one length may be -1, for what is left. */
  readonly shape: Shape;
  /** @param name of the node; default `<input>/reshape<lengths>` */
  readonly name?: string;
}

/** The same numbers in the same row-major order (channels fastest) in another shape. */
export function reshape(x: Value, options: ReshapeOptions): Value {
  const known = options.shape.reduce((product, n) => product * (n === -1 ? 1 : n), 1);
  const shape = options.shape.map((length) => (length === -1 ? sizeOf(x.shape) / known : length));
  const name = options.name ?? `${x.name}/reshape${shape.join('x')}`;
  return createValue(reshapeOperation, name, [x], { shape });
}

/** One axis: `[H,W,C] -> [H * W * C]`, channels fastest (PyTorch's maps have them slowest). */
export function flatten(
  x: Value,
  { name = `${x.name}/flatten` }: { readonly name?: string } = {},
): Value {
  return reshape(x, { shape: [-1], name });
}
