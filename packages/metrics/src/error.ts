/** What kind of thing was wrong; stable, so switch on it. */
export type MetricsErrorCode =
  | 'BAD_ANNOTATION'
  | 'BAD_PARTIAL'
  | 'BAD_SKELETON'
  | 'EMPTY_RESULTS'
  | 'NON_FINITE'
  | 'OUT_OF_RANGE'
  | 'SHAPE_MISMATCH';

/** One thing that is wrong: where (`results[3].keypoints`) and what. */
export interface MetricsProblem {
  readonly code: MetricsErrorCode;
  readonly path: string;
  readonly message: string;
}

/** Thrown before any number is computed; `details.problems` lists everything found and `code` is the first one's. */
export class MetricsError extends Error {
  override readonly name = 'MetricsError';
  readonly code: MetricsErrorCode;
  readonly details: { readonly problems: readonly MetricsProblem[] };

  constructor(problems: readonly MetricsProblem[]) {
    const shown = problems.slice(0, SHOWN).map(({ path, message }) => `${path}: ${message}`);
    const more = problems.length > SHOWN ? ` (and ${problems.length - SHOWN} more)` : '';
    super(`${shown.join('; ')}${more}.`);
    this.code = problems[0]!.code;
    this.details = { problems };
  }
}

const SHOWN = 5;

/** Gathers problems so that a file is told all its faults at once. */
export interface Problems {
  add(code: MetricsErrorCode, path: string, message: string): void;
  throwIfAny(): void;
}

export function collectProblems(): Problems {
  const problems: MetricsProblem[] = [];
  return {
    add: (code, path, message) => void problems.push({ code, path, message }),
    throwIfAny() {
      if (problems.length > 0) throw new MetricsError(problems);
    },
  };
}

/** Throws a single problem. */
export function fail(code: MetricsErrorCode, path: string, message: string): never {
  throw new MetricsError([{ code, path, message }]);
}
