import { addAnnotation, createAnnotationColumns } from './annotation-columns.js';
import type { CocoKeypointFile, CocoKeypointResult } from './coco.js';
import { collectProblems, fail } from './error.js';
import { checkResultBoxes, matchRows, type OksMatched } from './oks-evaluation.js';
import type { OksOptions, OksSettings } from './oks-options.js';
import { createResultSink } from './oks-results.js';
import { createOksRows, reserveRows } from './oks-rows.js';
import type { OksRules } from './oks-rules.js';
import { type OksSelection, selectOks } from './oks-selection.js';
import { indexTruths, type OksTruths } from './oks-truths.js';

/** Two files matched. */
export interface OksRun {
  readonly selection: OksSelection;
  readonly truths: OksTruths;
  readonly matched: OksMatched;
}

/** Reads parsed files, compares and matches; everything wrong is said at once. */
export function runOks(
  { images, annotations, categories }: CocoKeypointFile,
  results: readonly CocoKeypointResult[],
  options: OksOptions,
  settings: OksSettings,
  rules: OksRules,
): OksRun {
  if (results.length === 0 && !rules.lenient) {
    fail('EMPTY_RESULTS', 'results', 'expected at least one, got none');
  }
  const ids = (list: readonly { readonly id: number }[]): number[] => list.map(({ id }) => id);
  const selection = selectOks(ids(images), ids(categories), options);
  const columns = createAnnotationColumns(settings.oksSigmas.length);
  reserveRows(columns, annotations.length);
  for (const annotation of annotations) addAnnotation(columns, annotation);

  const rows = createOksRows();
  const problems = collectProblems();
  const truths = indexTruths(columns, selection, settings, rules, rows, problems);
  reserveRows(rows.results, results.length);
  const sink = createResultSink(truths, selection, settings, rules, rows, problems);
  for (const result of results) sink.add(result);
  problems.throwIfAny();
  if (sink.firstHasBox) checkResultBoxes(rows);
  const matched = matchRows(rows, selection, settings, sink.firstHasBox);
  return { selection, truths, matched };
}
