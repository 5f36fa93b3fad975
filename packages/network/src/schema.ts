import { NetworkError } from './error.js';

/**
 * What an attribute may be: `count` an integer from 1, `whole` an integer from 0, `number` any finite number, `size`
 * `{ width, height }` of counts, `extent` `{ width, height }` of wholes, `sides` padding, `counts` and `wholes` lists of
 * them; a list is a choice of words. One that ends with `?` may be left out.
 */
export type Field =
  | 'count'
  | 'whole'
  | 'number'
  | 'boolean'
  | 'size'
  | 'extent'
  | 'sides'
  | 'counts'
  | 'wholes'
  | 'whole?'
  | 'number?'
  | 'boolean?'
  | readonly string[];

/** The attributes an operation has and what each may be. */
export type Schema<Attributes> = { readonly [Key in keyof Attributes]-?: Field };

const isWhole = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isCount = (value: unknown): boolean => isWhole(value) && (value as number) >= 1;

/** Checks attributes that an author or a file gives; an unknown, missing or wrong one is an error. */
export function checkAttributes<Attributes>(
  schema: Schema<Attributes>,
  attributes: unknown,
  where: string,
): asserts attributes is Attributes {
  if (typeof attributes !== 'object' || attributes === null)
    throw new NetworkError('BAD_FILE', `${where}: attributes must be an object`);
  const given = attributes as Record<string, unknown>;
  const fields = schema as Readonly<Record<string, Field>>;
  for (const key of Object.keys(given))
    if (!Object.hasOwn(fields, key))
      throw new NetworkError('OUT_OF_RANGE', `${where}: there is no attribute '${key}'`, { key });
  for (const [key, field] of Object.entries(fields)) {
    const problem = fieldProblem(field, given[key]);
    if (problem)
      throw new NetworkError(
        'OUT_OF_RANGE',
        `${where}: ${key} must be ${problem}, not ${JSON.stringify(given[key])}`,
        { key, value: given[key] },
      );
  }
}

function fieldProblem(field: Field, value: unknown): string | undefined {
  const members = (names: readonly string[], check: (member: unknown) => boolean): boolean =>
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).length === names.length &&
    names.every((name) => check((value as Record<string, unknown>)[name]));
  if (typeof field !== 'string')
    return field.includes(value as string) ? undefined : `one of ${field.join(', ')}`;
  switch (field) {
    case 'whole?':
    case 'number?':
    case 'boolean?':
      return value === undefined ? undefined : fieldProblem(field.slice(0, -1) as Field, value);
    case 'counts':
      return Array.isArray(value) && value.length > 0 && value.every(isCount)
        ? undefined
        : 'a list of integers of at least 1';
    case 'wholes':
      return Array.isArray(value) && value.length > 0 && value.every(isWhole)
        ? undefined
        : 'a list of integers of at least 0';
    case 'count':
      return isCount(value) ? undefined : 'an integer of at least 1';
    case 'whole':
      return isWhole(value) ? undefined : 'an integer of at least 0';
    case 'number':
      return Number.isFinite(value) ? undefined : 'a finite number';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'true or false';
    case 'size':
      return members(['width', 'height'], isCount)
        ? undefined
        : '{ width, height } of integers of at least 1';
    case 'extent':
      return members(['width', 'height'], isWhole)
        ? undefined
        : '{ width, height } of integers of at least 0';
    case 'sides':
      return members(['top', 'bottom', 'left', 'right'], isWhole)
        ? undefined
        : '{ top, bottom, left, right } of integers of at least 0';
  }
}
