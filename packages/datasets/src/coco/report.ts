import type { DatasetProblem, DatasetProblemCode } from '../error.js';

/** Collects problems while an annotation file is walked. */
export interface Report {
  readonly problems: DatasetProblem[];
  error(code: DatasetProblemCode, path: string, message: string): void;
  warning(code: DatasetProblemCode, path: string, message: string): void;
}

export function createReport(): Report {
  const problems: DatasetProblem[] = [];
  return {
    problems,
    error: (code, path, message) => problems.push({ severity: 'error', code, path, message }),
    warning: (code, path, message) => problems.push({ severity: 'warning', code, path, message }),
  };
}

export type Fields = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as it reads in a message, cut short. */
export function show(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'undefined');
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}

/** The whole number in a field; reports its absence or another type and gives undefined. */
export function wholeNumber(
  fields: Fields,
  name: string,
  path: string,
  report: Report,
): number | undefined {
  const value = fields[name];
  if (value === undefined) report.error('MISSING_FIELD', path, `has no '${name}'`);
  else if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    report.error('WRONG_TYPE', `${path}.${name}`, `expected a whole number, got ${show(value)}`);
  } else return value;
  return undefined;
}

/** The finite numbers in an array field of known length, or undefined after reporting. */
export function finiteNumbers(
  fields: Fields,
  name: string,
  path: string,
  report: Report,
): number[] | undefined {
  const values = fields[name];
  if (values === undefined) {
    report.error('MISSING_FIELD', path, `has no '${name}'`);
    return undefined;
  }
  if (!Array.isArray(values)) {
    report.error('WRONG_TYPE', `${path}.${name}`, `expected numbers, got ${show(values)}`);
    return undefined;
  }
  let finite = true;
  for (let i = 0; i < values.length; i++) {
    if (isUsable(values[i])) continue;
    finite = false;
    report.error(
      'NON_FINITE',
      `${path}.${name}[${i}]`,
      `expected a finite number, got ${show(values[i])}`,
    );
  }
  return finite ? values : undefined;
}

/** Finite as the single-precision number it will become. */
export function isUsable(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(Math.fround(value));
}
