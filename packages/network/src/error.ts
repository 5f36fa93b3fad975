/** What went wrong; stable, test for this and not for the class. */
export type NetworkErrorCode =
  | 'SHAPE_MISMATCH'
  | 'OUT_OF_RANGE'
  | 'DUPLICATE_NAME'
  | 'UNKNOWN_NAME'
  | 'BAD_FILE';

/** The one error of this package; `details` holds the values the message speaks of. */
export class NetworkError extends Error {
  readonly code: NetworkErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: NetworkErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'NetworkError';
    this.code = code;
    this.details = details;
  }
}
