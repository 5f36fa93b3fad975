import type { Value } from '@pose-distill/network';
import { BackboneError } from './error.js';

/** Fails unless the value is a whole number in the range. @param where for example `hrNet 'encoder'` */
export function checkCount(
  where: string,
  option: string,
  value: number,
  from = 1,
  to: number = Number.POSITIVE_INFINITY,
): void {
  if (Number.isInteger(value) && value >= from && value <= to) return;
  const range = to === Number.POSITIVE_INFINITY ? `${from} or more` : `${from}..${to}`;
  throw new BackboneError(
    'OUT_OF_RANGE',
    `${where}: ${option} must be a whole number, ${range}, not ${value}`,
    { option, value },
  );
}

/** Fails unless height and width of a map are multiples of the divisor. */
export function checkDivisible(where: string, map: Value, divisor: number): void {
  const [height, width] = map.shape;
  if (map.shape.length === 3 && height! % divisor === 0 && width! % divisor === 0) return;
  throw new BackboneError(
    'SHAPE_MISMATCH',
    `${where}: height and width must be multiples of ${divisor}, got [${map.shape}]; choose another input size`,
    { shape: map.shape, divisor },
  );
}
