/** One thing that is wrong with a skeleton: where (`flipPairs[2]`) and what. */
export interface SkeletonProblem {
  readonly path: string;
  readonly message: string;
}

/** Thrown for a skeleton that contradicts itself; `details.problems` lists everything found, not only the first. */
export class SkeletonError extends Error {
  override readonly name = 'SkeletonError';
  readonly code: 'BAD_SKELETON' = 'BAD_SKELETON';
  readonly details: { readonly skeleton: string; readonly problems: readonly SkeletonProblem[] };

  constructor(skeleton: string, problems: readonly SkeletonProblem[]) {
    const list = problems.map((problem) => `${problem.path}: ${problem.message}`).join('; ');
    super(`Skeleton '${skeleton}' has ${problems.length} problem(s): ${list}.`);
    this.details = { skeleton, problems };
  }
}
