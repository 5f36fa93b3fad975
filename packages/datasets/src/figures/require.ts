import { DatasetError } from '../error.js';

/** @throws DatasetError `OUT_OF_RANGE` unless `value` is a whole number from `low` to `high`. */
export function requireInteger(
  caller: string,
  name: string,
  value: number,
  low: number,
  high: number,
): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw new DatasetError(
    'OUT_OF_RANGE',
    `${caller}: expected ${name} to be a whole number from ${low} to ${high}, got ${value}.`,
    { name, value, low, high },
  );
}

/** @throws DatasetError `OUT_OF_RANGE` unless `value` is a number from 0 to `high`. */
export function requireShare(caller: string, name: string, value: number, high = 1): void {
  if (typeof value === 'number' && value >= 0 && value <= high) return;
  throw new DatasetError(
    'OUT_OF_RANGE',
    `${caller}: expected ${name} to be a number from 0 to ${high}, got ${value}.`,
    { name, value, low: 0, high },
  );
}
