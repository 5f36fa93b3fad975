/** What went wrong, as a stable word. */
export type LossErrorCode = 'SHAPE_MISMATCH' | 'OUT_OF_RANGE';

/** The one error of this package: a message for people, `code` and `details` for programs. */
export class LossError extends Error {
  override readonly name = 'LossError';
  readonly code: LossErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: LossErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.code = code;
    this.details = details;
  }
}
