/** What went wrong, as a stable word. */
export type TensorOpsErrorCode =
  | 'SHAPE_MISMATCH'
  | 'OUT_OF_RANGE'
  | 'UNSUPPORTED_BACKEND'
  | 'MISSING_GRADIENT'
  | 'NON_FINITE';

/** The one error class of this package; test `code`, not the class. */
export class TensorOpsError extends Error {
  readonly code: TensorOpsErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: TensorOpsErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'TensorOpsError';
    this.code = code;
    this.details = details;
  }
}
