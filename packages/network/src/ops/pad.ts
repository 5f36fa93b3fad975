import { createValue, mapShape, noCost, noParameters, type Operation, one } from '../operation.js';
import type { Sides, Value } from '../types.js';

export interface PadAttributes {
  readonly padding: Sides;
}

export const padOperation: Operation<'pad'> = {
  op: 'pad',
  arity: one,
  schema: { padding: 'sides' },
  shape([input], { padding: { top, bottom, left, right } }, where) {
    const [height, width, channels] = mapShape(input!, where);
    return [height + top + bottom, width + left + right, channels];
  },
  parameters: noParameters,
  cost: noCost,
};

export interface PadOptions {
  /** In pixels, for all sides or per side. */
  readonly padding: number | Sides;
  /** @param name of the node; default `<input>/pad` */
  readonly name?: string;
}

/** Surrounds a map with zeros. Convolutions and pools pad by themselves; this is for what does not. */
export function pad(x: Value, { padding, name = `${x.name}/pad` }: PadOptions): Value {
  const { top, bottom, left, right } =
    typeof padding === 'number'
      ? { top: padding, bottom: padding, left: padding, right: padding }
      : padding;
  return createValue(padOperation, name, [x], { padding: { top, bottom, left, right } });
}
