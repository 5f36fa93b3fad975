/** What went wrong; stable, test for this and not for the class. */
export type BackboneErrorCode = 'OUT_OF_RANGE' | 'SHAPE_MISMATCH';

/** The error of this package; `details` holds the values the message speaks of. */
export class BackboneError extends RangeError {
  readonly code: BackboneErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: BackboneErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'BackboneError';
    this.code = code;
    this.details = details;
  }
}
