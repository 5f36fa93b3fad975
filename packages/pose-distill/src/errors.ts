/** What can go wrong at the boundary of the program; callers test `code`. */
export type PoseDistillErrorCode =
  | 'BAD_OPTION'
  | 'BAD_CACHE'
  | 'BAD_CHECKPOINT'
  | 'BAD_MODEL'
  | 'BAD_FILE'
  | 'MISSING_FILE'
  | 'MISSING_PEER'
  | 'NON_FINITE'
  | 'SHAPE_MISMATCH'
  | 'UNSUPPORTED_BACKEND'
  | 'WORKER_STOPPED';

/** An error that says what was expected, what came, where, and what to do. */
export class PoseDistillError extends Error {
  override readonly name = 'PoseDistillError';
  readonly code: PoseDistillErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: PoseDistillErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}
