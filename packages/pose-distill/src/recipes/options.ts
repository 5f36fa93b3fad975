import { PoseDistillError } from '../errors.js';

/** Options that come from a command line or a file: every field checked, all problems told at once. */
export interface OptionReader {
  number(
    key: string,
    fallback: number,
    range: { above?: number; from?: number; to?: number },
  ): number;
  integer(key: string, fallback: number, range: { from: number; to?: number }): number;
  numbers(
    key: string,
    fallback: readonly number[],
    range: { from: number; to?: number; integer?: boolean; count?: number },
  ): readonly number[];
  flag(key: string, fallback: boolean): boolean;
  text(key: string, fallback: string): string;
  choice<T extends string>(key: string, values: readonly T[], fallback: T): T;
  names(key: string): readonly string[];
  /** Throws once, listing every problem and every unknown key. */
  done(): void;
}

export function readOptions(
  recipe: string,
  options: Readonly<Record<string, unknown>>,
): OptionReader {
  const known = new Set<string>();
  const problems: string[] = [];
  const take = <T>(
    key: string,
    fallback: T,
    expected: string,
    accept: (v: unknown) => boolean,
  ): T => {
    known.add(key);
    const value = options[key];
    if (value === undefined) return fallback;
    if (accept(value)) return value as T;
    problems.push(`${key} must be ${expected}; ${JSON.stringify(value)} came`);
    return fallback;
  };
  return {
    number(key, fallback, { above = -Infinity, from = -Infinity, to = Infinity }) {
      const bounds = [
        above > -Infinity ? `above ${above}` : '',
        from > -Infinity ? `at least ${from}` : '',
        to < Infinity ? `at most ${to}` : '',
      ].filter(Boolean);
      return take(key, fallback, `a number ${bounds.join(' and ')}`, (value) => {
        return typeof value === 'number' && value > above && value >= from && value <= to;
      });
    },
    integer: (key, fallback, { from, to = Infinity }) => {
      const expected = `a whole number of at least ${from}${to < Infinity ? ` and at most ${to}` : ''}`;
      return take(key, fallback, expected, (value) => {
        return Number.isInteger(value) && (value as number) >= from && (value as number) <= to;
      });
    },
    numbers: (key, fallback, { from, to = Infinity, integer = false, count = 0 }) => {
      const expected = `a list of ${count > 0 ? `${count} or more ` : ''}${integer ? 'whole numbers' : 'numbers'} of at least ${from}${to < Infinity ? ` and at most ${to}` : ''}`;
      const fits = (entry: unknown): boolean =>
        typeof entry === 'number' &&
        entry >= from &&
        entry <= to &&
        (!integer || Number.isInteger(entry));
      return take(
        key,
        fallback,
        expected,
        (value) => Array.isArray(value) && value.length >= count && value.every(fits),
      );
    },
    flag: (key, fallback) =>
      take(key, fallback, 'true or false', (value) => typeof value === 'boolean'),
    text: (key, fallback) => take(key, fallback, 'text', (value) => typeof value === 'string'),
    choice: (key, values, fallback) =>
      take(key, fallback, `one of ${values.join(', ')}`, (value) =>
        (values as readonly unknown[]).includes(value),
      ),
    names: (key) =>
      take<readonly string[]>(key, [], 'a list of names', (value) => {
        return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
      }),
    done() {
      for (const key of Object.keys(options))
        if (!known.has(key))
          problems.push(
            key === 'teacher'
              ? 'it trains without a teacher, so --teacher is not for it'
              : `${key} is not an option of this recipe`,
          );
      if (problems.length)
        throw new PoseDistillError(
          'BAD_OPTION',
          `Recipe ${recipe}: ${problems.join('; ')}. Options: ${[...known].sort().join(', ')}.`,
          { problems },
        );
    },
  };
}
