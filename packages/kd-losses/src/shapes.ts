import type * as tf from '@tensorflow/tfjs-core';
import { LossError } from './errors.js';

const same = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

/** Refuses two tensors unless both are non-empty, of the given rank and of one shape. */
export function checkPair(
  first: tf.Tensor,
  second: tf.Tensor,
  names: readonly [string, string],
  letters: string,
): void {
  const rank = letters.split(',').length;
  const shape = first.shape as readonly number[];
  if (shape.length !== rank || shape.some((size) => size < 1) || !same(shape, second.shape))
    throw new LossError(
      'SHAPE_MISMATCH',
      `${names[0]} and ${names[1]}: expected two non-empty tensors [${letters}] of one shape, got [${shape.join(',')}] and [${second.shape.join(',')}].`,
      { [names[0]]: first.shape, [names[1]]: second.shape },
    );
}

/** Refuses weights of any other than the allowed shapes. */
export function checkWeights(
  weights: tf.Tensor | undefined,
  allowed: readonly (readonly number[])[],
  letters: string,
): void {
  if (weights === undefined || allowed.some((shape) => same(weights.shape, shape))) return;
  throw new LossError(
    'SHAPE_MISMATCH',
    `weights: expected ${letters}, here ${allowed.map((shape) => `[${shape.join(',')}]`).join(' or ')}, got [${weights.shape.join(',')}].`,
    { weights: weights.shape, allowed },
  );
}

/** Refuses a number outside its range. */
export function checkNumber(
  name: string,
  value: number,
  isAllowed: (value: number) => boolean,
  range: string,
): void {
  if (!isAllowed(value))
    throw new LossError('OUT_OF_RANGE', `${name}: expected ${range}, got ${value}.`, {
      [name]: value,
    });
}
