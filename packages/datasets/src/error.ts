/** What kind of thing is wrong; the text beside it may change, these do not. */
export type DatasetProblemCode =
  | 'NOT_COCO'
  | 'NOT_MPII'
  | 'NOT_LSP'
  | 'NOT_AIC'
  | 'NOT_DETECTIONS'
  | 'NOT_JSON'
  | 'UNSAFE_PATH'
  | 'NO_SKELETON'
  | 'MISSING_FIELD'
  | 'WRONG_TYPE'
  | 'NON_FINITE'
  | 'DUPLICATE_ID'
  | 'UNKNOWN_IMAGE'
  | 'UNKNOWN_CATEGORY'
  | 'KEYPOINT_COUNT'
  | 'BAD_VISIBILITY'
  | 'EMPTY_BOX'
  | 'BOX_OUTSIDE_IMAGE'
  | 'EMPTY_AREA'
  | 'COUNT_DISAGREES'
  | 'KEYPOINT_OUTSIDE_IMAGE'
  | 'NO_SAMPLES'
  | 'IMAGE_MISSING'
  | 'IMAGE_UNREADABLE'
  | 'IMAGE_SIZE_DISAGREES'
  | 'DUPLICATE_IMAGE'
  | 'DUPLICATE_PERSON'
  | 'SIDES_SWAPPED'
  | 'ORDER_SUSPECTED'
  | 'KEYPOINT_OUTSIDE_BOX'
  | 'KEYPOINT_AT_ORIGIN'
  | 'AREA_DISAGREES'
  | 'SKELETON_UNUSUAL';

/** One thing that is wrong with a data set. An error makes the sample unusable; a warning does not. */
export interface DatasetProblem {
  readonly severity: 'error' | 'warning';
  readonly code: DatasetProblemCode;
  /** Where: a path into the annotation file (`annotations[12].keypoints[5]`) or the path of an image. */
  readonly path: string;
  readonly message: string;
}

/** Codes of `DatasetError`. */
export type DatasetErrorCode =
  | 'BAD_ANNOTATION'
  | 'BAD_SKELETON'
  | 'BAD_IMAGE'
  | 'BAD_SHARD'
  | 'NOT_FOUND'
  | 'OUT_OF_RANGE'
  | 'SHAPE_MISMATCH'
  | 'MISSING_PEER'
  | 'WORKER_STOPPED'
  | 'CLOSED';

/** The one error of this package: branch on `code`; `details` holds the values, for annotations all `problems`. */
export class DatasetError extends Error {
  override readonly name = 'DatasetError';
  readonly code: DatasetErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: DatasetErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}

const EXAMPLES = 3;

/** Counts problems by code and shows the first of each: `EMPTY_BOX 10 (annotations[3].bbox: ...; ...), ...`. */
export function summariseProblems(problems: readonly DatasetProblem[]): string {
  const byCode = new Map<DatasetProblemCode, DatasetProblem[]>();
  for (const problem of problems) {
    const same = byCode.get(problem.code);
    if (same) same.push(problem);
    else byCode.set(problem.code, [problem]);
  }
  return [...byCode]
    .map(([code, same]) => {
      const shown = same.slice(0, EXAMPLES).map(({ path, message }) => `${path}: ${message}`);
      if (same.length > EXAMPLES) shown.push('...');
      return `${code} ${same.length} (${shown.join('; ')})`;
    })
    .join(', ');
}

/** Throws once for all problems of severity `error`. */
export function throwOnErrors(
  problems: readonly DatasetProblem[],
  file: string,
  advice: string,
): void {
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  const count = errors.length === 1 ? '1 error' : `${errors.length} errors`;
  throw new DatasetError(
    'BAD_ANNOTATION',
    `${file} has ${count}: ${summariseProblems(errors)}. ${advice}`,
    { file, problems },
  );
}
