import type { AnnotationColumns } from '../annotation-columns.js';
import type { OksOptions } from '../oks-options.js';
import type { CandidateRows, ResultRows, TruthRows } from '../oks-rows.js';

/** A piece of a result file: whole records, from one byte to another. */
export interface PieceTask {
  readonly file: string;
  readonly from: number;
  readonly to: number;
  /** Whether the list's brackets are in the piece. */
  readonly first: boolean;
  readonly last: boolean;
  readonly options: OksOptions;
}

/** The people, sent to every thread as soon as they are known. */
export interface PieceTruths {
  readonly images: readonly number[];
  readonly categories: readonly number[];
  readonly columns: AnnotationColumns;
  readonly annotation: Int32Array;
  readonly imageStart: Int32Array;
  readonly rows: TruthRows;
}

/** What a thread found; undefined where the file must be read in one go, to say what is wrong with it. */
export type PieceOutcome =
  | {
      readonly count: number;
      readonly firstHasBox: boolean;
      readonly results: ResultRows;
      readonly candidates: CandidateRows;
    }
  | undefined;
