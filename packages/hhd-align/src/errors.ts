/** What went wrong, as a stable word. */
export type AlignErrorCode = 'SHAPE_MISMATCH' | 'OUT_OF_RANGE';

/** The one error of this package: a message for people, `code` and `details` for programs. */
export class AlignError extends Error {
  override readonly name = 'AlignError';
  readonly code: AlignErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: AlignErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.code = code;
    this.details = details;
  }
}
