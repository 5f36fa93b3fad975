import { axisFrom, checkAxis } from '../axes.js';
import { NetworkError } from '../error.js';
import { createValue, noCost, noParameters, type Operation, one } from '../operation.js';
import type { Value } from '../types.js';

export interface SliceAttributes {
  /** Without the batch. */
  readonly axis: number;
  readonly begin: number;
  readonly size: number;
}

export const sliceOperation: Operation<'slice'> = {
  op: 'slice',
  arity: one,
  schema: { axis: 'whole', begin: 'whole', size: 'count' },
  shape([input], { axis, begin, size }, where) {
    checkAxis(axis, input!, where);
    if (begin + size > input![axis]!)
      throw new NetworkError(
        'OUT_OF_RANGE',
        `${where}: ${size} from ${begin} on is more than axis ${axis} of [${input}] has`,
        { input, axis, begin, size },
      );
    return input!.with(axis, size);
  },
  parameters: noParameters,
  cost: noCost,
};

export interface SliceOptions {
  /** Without the batch; negative ones count from the end. @param axis default -1, the channels */
  readonly axis?: number;
  readonly begin: number;
  readonly size: number;
  /** @param name of the node; default `<input>/slice<axis>.<begin>.<size>` */
  readonly name?: string;
}

/** A run of `size` entries of one axis, from `begin` on. */
export function slice(x: Value, options: SliceOptions): Value {
  const { begin, size } = options;
  const axis = axisFrom(options.axis ?? -1, x.shape.length);
  const name = options.name ?? `${x.name}/slice${axis}.${begin}.${size}`;
  return createValue(sliceOperation, name, [x], { axis, begin, size });
}

export interface SplitOptions {
  /** Without the batch; negative ones count from the end. @param axis default -1, the channels */
  readonly axis?: number;
}

/**
 * Cuts an axis into slices of the given sizes, which must cover it.
 *
 * @throws NetworkError SHAPE_MISMATCH when the sizes do not add up to the axis' length
 * @example
 * const [left, right] = split(x, [20, 20]) as [Value, Value];
 */
export function split(
  x: Value,
  sizes: readonly number[],
  { axis = -1 }: SplitOptions = {},
): Value[] {
  const length = x.shape[axisFrom(axis, x.shape.length)];
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total !== length)
    throw new NetworkError(
      'SHAPE_MISMATCH',
      `split '${x.name}': sizes ${sizes.join(' + ')} must add up to axis ${axis} of [${x.shape}]`,
      { sizes, shape: x.shape, axis },
    );
  let begin = 0;
  return sizes.map((size) => {
    const part = slice(x, { axis, begin, size });
    begin += size;
    return part;
  });
}
