/** What can be wrong at the boundary; stable, test `code` rather than the class or the message. */
export type DecodeErrorCode = 'SHAPE_MISMATCH' | 'OUT_OF_RANGE';

/**
 * The one error of this package: an argument has the wrong shape or lies outside its range.
 *
 * @example
 * try { decodeHeatmaps(maps); } catch (error) { if ((error as DecodeError).code === 'SHAPE_MISMATCH') { … } }
 */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
  readonly code: DecodeErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: DecodeErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** Throws SHAPE_MISMATCH unless an array has the length its counts ask for. */
export function requireLength(name: string, actual: number, expected: number, why: string): void {
  if (actual === expected) return;
  throw new DecodeError(
    'SHAPE_MISMATCH',
    `${name} must hold ${expected} numbers (${why}); it holds ${actual}.`,
    { name, expected, actual },
  );
}

/** Throws OUT_OF_RANGE unless a condition on one argument holds. */
export function requireRange(
  holds: boolean,
  name: string,
  expected: string,
  actual: unknown,
): asserts holds {
  if (holds) return;
  throw new DecodeError('OUT_OF_RANGE', `${name} must be ${expected}; got ${String(actual)}.`, {
    name,
    expected,
    actual,
  });
}

/** Throws OUT_OF_RANGE unless a value is an integer of at least `least`. */
export function requireInteger(name: string, value: number, least = 1): void {
  requireRange(Number.isInteger(value) && value >= least, name, `an integer >= ${least}`, value);
}
