import {
  type AnnotationColumns,
  addAnnotation,
  createAnnotationColumns,
} from './annotation-columns.js';
import type { CocoKeypointFile } from './coco.js';
import { collectProblems, fail } from './error.js';
import { checkResultBoxes, matchRows, type OksScores, scoresOf } from './oks-evaluation.js';
import { listMatches, type OksMatches } from './oks-matches.js';
import { type OksOptions, type OksSettings, oksSettings } from './oks-options.js';
import { createResultSink } from './oks-results.js';
import { createOksRows, type OksRows, reserveRows } from './oks-rows.js';
import { COCO_RULES } from './oks-rules.js';
import { type OksSelection, selectOks } from './oks-selection.js';
import {
  type AnnotationHeader,
  type ByteSource,
  createAnnotationFileReader,
  createResultFileReader,
  readPieces,
} from './oks-stream.js';
import { indexTruths } from './oks-truths.js';

/** What `evaluateOksStream` gives: everything of `evaluateOks` but single similarities. */
export interface OksStreamEvaluation extends OksScores {
  /** As in `evaluateOks`. */
  matches(): OksMatches[];
}

/**
 * `evaluateOks` for files of any size. A result is compared with the people of its image as it arrives, and only its score, areas and
 * the similarities that can matter are kept (some 60 bytes), so memory grows with people and results, not with the files.
 * The ground truth is an object or, too, a stream; it is read first.
 *
 * @throws MetricsError as `evaluateOks`; `BAD_ANNOTATION` for what is not JSON, by record.
 * @example
 * const response = await fetch('results.json');
 * (await evaluateOksStream(groundTruth, response.body)).stats.AP;
 */
export async function evaluateOksStream(
  groundTruth: CocoKeypointFile | ByteSource,
  results: ByteSource,
  options: OksOptions = {},
): Promise<OksStreamEvaluation> {
  const settings = oksSettings(options);
  const columns = createAnnotationColumns(settings.oksSigmas.length);
  const { images, categories } = await readTruth(groundTruth, columns);
  const selection = selectOks(images, categories, options);
  const rows = createOksRows();
  const problems = collectProblems();
  const truths = indexTruths(columns, selection, settings, COCO_RULES, rows, problems);
  const sink = createResultSink(truths, selection, settings, COCO_RULES, rows, problems);
  const reader = createResultFileReader(sink, settings.oksSigmas.length, problems);
  await readPieces(results, reader, 'results', 'array');
  if (sink.count === 0) {
    fail('EMPTY_RESULTS', 'results', 'expected at least one, got none');
  }
  problems.throwIfAny();
  return finishStream(rows, selection, settings, sink.firstHasBox);
}

/** Matches rows that were read from files. */
export function finishStream(
  rows: OksRows,
  selection: OksSelection,
  settings: OksSettings,
  useBoxes: boolean,
): OksStreamEvaluation {
  if (useBoxes) checkResultBoxes(rows);
  const matched = matchRows(rows, selection, settings, useBoxes);
  return {
    ...scoresOf(matched.tables(), selection, settings),
    matches: () => listMatches(matched, selection, settings),
  };
}

/** Reads the annotations of an object or of a stream into columns. */
export async function readTruth(
  groundTruth: CocoKeypointFile | ByteSource,
  columns: AnnotationColumns,
): Promise<AnnotationHeader> {
  const header: AnnotationHeader = { images: [], crowdIndices: [], categories: [] };
  if ('annotations' in groundTruth) {
    const { images, categories, annotations } = groundTruth;
    for (const { id } of images) header.images.push(id);
    for (const { id } of categories) header.categories.push(id);
    reserveRows(columns, annotations.length);
    for (const annotation of annotations) addAnnotation(columns, annotation);
    return header;
  }
  const reader = createAnnotationFileReader(columns, header);
  await readPieces(groundTruth, reader, 'groundTruth', 'object');
  return header;
}
