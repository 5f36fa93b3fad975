import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { createAnnotationColumns } from '../annotation-columns.js';
import { collectProblems, fail } from '../error.js';
import {
  evaluateOksStream,
  finishStream,
  type OksStreamEvaluation,
  readTruth,
} from '../evaluate-oks-stream.js';
import { type OksOptions, oksSettings } from '../oks-options.js';
import { appendResults, createOksRows } from '../oks-rows.js';
import { COCO_RULES } from '../oks-rules.js';
import { selectOks } from '../oks-selection.js';
import { indexTruths } from '../oks-truths.js';
import { findCuts } from './cut-file.js';
import type { PieceOutcome, PieceTask, PieceTruths } from './piece-protocol.js';
import { CHUNK } from './read-piece.js';

/** Options of `evaluateOksFiles`. */
export interface OksFileOptions extends OksOptions {
  /** Threads that read the result file, each a piece of it; 1 reads it in this thread. @default 1 */
  readonly workers?: number;
}

/**
 * `evaluateOksStream` on two files. With several workers the result file is cut between records and every thread reads and compares a piece,
 * while this one reads the ground truth; the numbers are the same to the last bit.
 *
 * @throws MetricsError as `evaluateOksStream`; the error of the file system when a file cannot be read.
 * @example
 * const { stats } = await evaluateOksFiles('person_keypoints_val2017.json', 'results.json', { workers: 2 });
 */
export async function evaluateOksFiles(
  groundTruthFile: string,
  resultFile: string,
  { workers = 1, ...options }: OksFileOptions = {},
): Promise<OksStreamEvaluation> {
  if (!(Number.isInteger(workers) && workers >= 1)) {
    fail('OUT_OF_RANGE', 'options.workers', `expected a positive integer, got ${workers}`);
  }
  const inParts =
    workers > 1 ? await evaluateInParts(groundTruthFile, resultFile, options, workers) : undefined;
  return (
    inParts ?? (await evaluateOksStream(bytesOf(groundTruthFile), bytesOf(resultFile), options))
  );
}

/** Undefined when a piece cannot be read alone: because of a mistake, to be told with its place in the file, or an unlucky cut. */
async function evaluateInParts(
  groundTruthFile: string,
  resultFile: string,
  options: OksOptions,
  workers: number,
): Promise<OksStreamEvaluation | undefined> {
  const settings = oksSettings(options);
  const tasks = await cutTasks(resultFile, options, workers);
  const threads = tasks.map(
    (task) => new Worker(new URL('./node-worker.js', import.meta.url), { workerData: task }),
  );
  try {
    const outcomes = Promise.all(threads.map(outcomeOf));
    // It is awaited below; a failure before that must not count as unhandled.
    outcomes.catch(() => {});
    const columns = createAnnotationColumns(settings.oksSigmas.length);
    const { images, categories } = await readTruth(bytesOf(groundTruthFile), columns);
    const selection = selectOks(images, categories, options);
    const rows = createOksRows();
    const problems = collectProblems();
    const truths = indexTruths(columns, selection, settings, COCO_RULES, rows, problems);
    problems.throwIfAny();
    const message: PieceTruths = { images, categories, ...truths, rows: rows.truths };
    for (const thread of threads) thread.postMessage(message);

    let count = 0;
    const found = await outcomes;
    for (const outcome of found) {
      if (!outcome) return undefined;
      const first = rows.results.count;
      const same = (place: number): number => place;
      appendResults(rows, outcome, { image: same, category: same }, 0);
      for (let row = first; row < rows.results.count; row++) rows.results.ids[row]! += count;
      count += outcome.count;
    }
    return count === 0 ? undefined : finishStream(rows, selection, settings, found[0]!.firstHasBox);
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}

/** The file is opened when its bytes are asked for, so that it cannot fail before. */
async function* bytesOf(path: string): AsyncIterable<Uint8Array> {
  yield* createReadStream(path, { highWaterMark: CHUNK });
}

async function cutTasks(file: string, options: OksOptions, workers: number): Promise<PieceTask[]> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const cuts = await findCuts(handle, workers);
    return [...cuts, size].map((to, i) => ({
      file,
      from: i === 0 ? 0 : cuts[i - 1]! + 1,
      to,
      first: i === 0,
      last: to === size,
      options,
    }));
  } finally {
    await handle.close();
  }
}

function outcomeOf(thread: Worker): Promise<PieceOutcome> {
  return new Promise((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', (code) => reject(new Error(`a worker ended with status ${code}`)));
  });
}
