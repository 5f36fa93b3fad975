import { NetworkError } from '../error.js';
import { createValue, noParameters, type Operation, sizeOf } from '../operation.js';
import type { Shape, Value } from '../types.js';

export interface MatmulAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** Factor of the product; left out it is 1. */
  readonly scale?: number;
}

/** Rows, inner length and columns of a product. */
function lengths(
  [a, b]: readonly Shape[],
  { transposeA, transposeB }: MatmulAttributes,
): { rows: number; inner: number; otherInner: number; columns: number } {
  const [first, second] = [a!.slice(-2), b!.slice(-2)];
  const [rows, inner] = transposeA ? [first[1]!, first[0]!] : [first[0]!, first[1]!];
  const [otherInner, columns] = transposeB ? [second[1]!, second[0]!] : [second[0]!, second[1]!];
  return { rows, inner, otherInner, columns };
}

export const matmulOperation: Operation<'matmul'> = {
  op: 'matmul',
  arity: { from: 2, to: 2 },
  schema: { transposeA: 'boolean', transposeB: 'boolean', scale: 'number?' },
  shape(inputs, attributes, where) {
    const [a, b] = inputs as [Shape, Shape];
    const leading = a.slice(0, -2);
    const { rows, inner, otherInner, columns } = lengths(inputs, attributes);
    if (a.length < 2 || leading.join() !== b.slice(0, -2).join() || inner !== otherInner)
      throw new NetworkError(
        'SHAPE_MISMATCH',
        `${where}: expected [..., rows, inner] and [..., inner, columns] with equal leading axes (after transposeA, transposeB), got [${a}] and [${b}]`,
        { inputs, ...attributes },
      );
    return [...leading, rows, columns];
  },
  parameters: noParameters,
  cost: (inputs, attributes, output) => ({
    products: sizeOf(output) * lengths(inputs, attributes).inner,
  }),
};

export interface MatmulOptions {
  readonly name: string;
  /** @param transposeA whether the last two axes of the first are swapped; default false */
  readonly transposeA?: boolean;
  /** @param transposeB whether those of the second are; default false */
  readonly transposeB?: boolean;
  /** @param scale factor of the product; default 1 */
  readonly scale?: number;
}

/**
 * Matrix product of two values over the last two axes, `[...,M,K] x [...,K,N] -> [...,M,N]`, for each leading index.
 * Products between activations are counted by the counter `true` only.
 *
 * @example
 * const attention = softmax(matmul(q, k, { name: 'qk', transposeB: true, scale: width ** -0.5 }));
 */
export function matmul(a: Value, b: Value, options: MatmulOptions): Value {
  const { name, transposeA = false, transposeB = false, scale = 1 } = options;
  return createValue(matmulOperation, name, [a, b], {
    transposeA,
    transposeB,
    ...(scale !== 1 && { scale }),
  });
}
