/** A person is a crowd. */
export const CROWD = 1;
/** A person is not counted, whatever the range of areas. */
export const IGNORED = 2;
/** A match with this person counts as none (id 0). */
export const UNFINDABLE = 4;

/** What matching needs of people, a column each. */
export interface TruthRows {
  count: number;
  /** Places in lists of images and categories. */
  image: Int32Array;
  category: Int32Array;
  ids: Float64Array;
  areas: Float64Array;
  flags: Uint8Array;
}

/** What matching needs of results. */
export interface ResultRows {
  count: number;
  image: Int32Array;
  category: Int32Array;
  /** Places in the file, from 1. */
  ids: Int32Array;
  scores: Float64Array;
  /** Extents of all keypoints. */
  areas: Float64Array;
  /** Areas of the boxes; NaN without a box. */
  boxAreas: Float64Array;
  /** Where the candidates of a result end; they begin where those of the row before end. */
  candidateEnd: Int32Array;
}

/** People similar enough to a result for the lowest threshold. */
export interface CandidateRows {
  count: number;
  /** Rows of people. */
  truth: Int32Array;
  oks: Float64Array;
}

/** Everything an evaluation keeps; memory grows with people and results, not with their keypoints. */
export interface OksRows {
  readonly truths: TruthRows;
  readonly results: ResultRows;
  readonly candidates: CandidateRows;
}

export function createOksRows(): OksRows {
  return {
    truths: {
      count: 0,
      image: integers(),
      category: integers(),
      ids: reals(),
      areas: reals(),
      flags: new Uint8Array(0),
    },
    results: {
      count: 0,
      image: integers(),
      category: integers(),
      ids: integers(),
      scores: reals(),
      areas: reals(),
      boxAreas: reals(),
      candidateEnd: integers(),
    },
    candidates: { count: 0, truth: integers(), oks: reals() },
  };
}

/** Columns without a row yet. */
export const reals = (): Float64Array => new Float64Array(0);
export const integers = (): Int32Array => new Int32Array(0);

type Column = Float64Array | Int32Array | Uint16Array | Uint8Array;

/** Makes room for `more` rows behind the last in all columns of a table; the count stays. */
export function reserveRows(rows: { readonly count: number }, more: number): void {
  const columns = rows as unknown as Record<string, unknown>;
  const needed = rows.count + more;
  for (const name of Object.keys(columns)) {
    const column = columns[name] as Column;
    if (!ArrayBuffer.isView(column) || column.length >= needed) continue;
    const room = Math.max(needed, Math.ceil(column.length * 1.5));
    const larger = new (column.constructor as new (length: number) => Column)(room);
    larger.set(column as never);
    columns[name] = larger;
  }
}

/** Where the images and categories of some rows stand among those of others. */
export interface RowPlaces {
  readonly image: (i: number) => number;
  readonly category: (k: number) => number;
}

/** Puts rows behind others. */
export function appendRows(rows: OksRows, more: OksRows, places: RowPlaces): void {
  const firstTruth = rows.truths.count;
  copyColumns(rows.truths, more.truths, places);
  appendResults(rows, more, places, firstTruth);
}

/** Puts results behind others; the people of `more` begin at row `firstTruth` of `rows`. */
export function appendResults(
  rows: OksRows,
  more: Pick<OksRows, 'results' | 'candidates'>,
  places: RowPlaces,
  firstTruth: number,
): void {
  const { candidates } = rows;
  const firstCandidate = candidates.count;
  copyColumns(rows.results, more.results, places, firstCandidate);
  reserveRows(candidates, more.candidates.count);
  for (let c = 0; c < more.candidates.count; c++) {
    candidates.truth[firstCandidate + c] = more.candidates.truth[c]! + firstTruth;
    candidates.oks[firstCandidate + c] = more.candidates.oks[c]!;
  }
  candidates.count += more.candidates.count;
}

function copyColumns(
  to: TruthRows | ResultRows,
  from: TruthRows | ResultRows,
  place: RowPlaces,
  firstCandidate = 0,
): void {
  reserveRows(to, from.count);
  const [target, source] = [to, from] as unknown as Record<string, Column | number>[];
  for (const name of Object.keys(source!)) {
    const column = source![name]!;
    if (typeof column === 'number') continue;
    (target![name] as Column).set(column.subarray(0, from.count) as never, to.count);
  }
  for (let row = to.count; row < to.count + from.count; row++) {
    to.image[row] = place.image(to.image[row]!);
    to.category[row] = place.category(to.category[row]!);
    if ('candidateEnd' in to) to.candidateEnd[row]! += firstCandidate;
  }
  to.count += from.count;
}
