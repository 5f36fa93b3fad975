/** `BAD_FORMAT`: not what it says it is; `CUT_SHORT`: it ends too early; `UNSUPPORTED`: right, but of a kind that is not read here. */
export type FormatErrorCode = 'BAD_FORMAT' | 'CUT_SHORT' | 'UNSUPPORTED';

/** A file that cannot be read: what was expected, what came, at which byte, what to do. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
  readonly code: FormatErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: FormatErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.code = code;
    this.details = details;
  }
}
