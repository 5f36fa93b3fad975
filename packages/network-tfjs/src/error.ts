/** What went wrong; stable, test for this and not for the class. */
export type RunErrorCode = 'SHAPE_MISMATCH' | 'OUT_OF_RANGE' | 'UNKNOWN_NAME';

/** The one error of this package; `details` holds the values the message speaks of. */
export class RunError extends Error {
  readonly code: RunErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: RunErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'RunError';
    this.code = code;
    this.details = details;
  }
}
