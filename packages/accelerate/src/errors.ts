/** What went wrong, as a stable word. */
export type AccelerateErrorCode =
  | 'UNSUPPORTED_BACKEND'
  | 'MISSING_PEER'
  | 'SHAPE_MISMATCH'
  | 'OUT_OF_RANGE'
  | 'OUT_OF_MEMORY';

/** The one error class of this package; test `code`, not the class. */
export class AccelerateError extends Error {
  readonly code: AccelerateErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: AccelerateErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'AccelerateError';
    this.code = code;
    this.details = details;
  }
}
