import type { Size } from '@pose-distill/heatmap-decode';
import type { Skeleton } from '@pose-distill/skeletons';
import { type DatasetProblem, throwOnErrors } from './error.js';
import type { CocoKeypointFile, PoseSample } from './types.js';

/** Annotations after checking, whatever form they had. */
export interface CheckedAnnotations {
  /** Undefined when the file does not say what its keypoints are; then there are no samples either. */
  readonly skeleton: Skeleton | undefined;
  /** People to train on: not a crowd, at least one labelled keypoint, no error. File order. */
  readonly samples: readonly PoseSample[];
  /** What an evaluator needs: all images and all people without errors, crowds and unlabelled ones too. */
  readonly groundTruth: CocoKeypointFile;
  readonly problems: readonly DatasetProblem[];
  /** Records that are not among them because of errors. */
  readonly skippedRecords: number;
}

/** Annotations that can be used. */
export interface ParsedAnnotations extends CheckedAnnotations {
  readonly skeleton: Skeleton;
}

export interface CheckOptions {
  /** Size of a picture, for forms that do not state it. @default unknown: `imageSize` is 0 x 0 */
  readonly imageSize?: (file: string) => Size | undefined;
  /** What the first pixel's centre is called in the file; results count from 0. @default the form's own */
  readonly base?: 0 | 1;
}

export interface ParseOptions extends CheckOptions {
  /** Name of the file for messages. @default 'The annotation file' */
  readonly file?: string;
  /** What to do about records with errors: throw, or leave them out and count them. @default 'throw' */
  readonly onBadRecord?: 'throw' | 'skip';
}

/** Throws for the errors of annotations unless they are to be skipped and something is left; else gives them back. */
export function requireUsable<Checked extends CheckedAnnotations>(
  checked: Checked,
  options: Pick<ParseOptions, 'file' | 'onBadRecord'>,
): Checked & ParsedAnnotations {
  const { file = 'The annotation file', onBadRecord = 'throw' } = options;
  const { skeleton, problems, samples } = checked;
  const skip = onBadRecord === 'skip' && skeleton !== undefined && samples.length > 0;
  if (!skip) {
    const advice =
      "Correct the file, or pass { onBadRecord: 'skip' } to go on without these records.";
    throwOnErrors(problems, file, advice);
  }
  return checked as Checked & ParsedAnnotations;
}
