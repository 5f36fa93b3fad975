import { createReadStream } from 'node:fs';
import type { MessagePort } from 'node:worker_threads';
import { collectProblems, MetricsError } from '../error.js';
import { oksSettings } from '../oks-options.js';
import { createResultSink, type OksResultSink } from '../oks-results.js';
import { createOksRows } from '../oks-rows.js';
import { COCO_RULES } from '../oks-rules.js';
import { selectOks } from '../oks-selection.js';
import { createResultFileReader, readPieces } from '../oks-stream.js';
import type { PieceOutcome, PieceTask, PieceTruths } from './piece-protocol.js';
import { createPoseQueue } from './pose-queue.js';

const [OPEN_LIST, CLOSE_LIST] = [0x5b, 0x5d];
export const CHUNK: number = 1 << 20;

/** Reads a piece of a result file in a thread; begins before the people are known. */
export async function readPiece(port: MessagePort, task: PieceTask): Promise<void> {
  const settings = oksSettings(task.options);
  const keypointCount = settings.oksSigmas.length;
  const rows = createOksRows();
  const problems = collectProblems();
  const queue = createPoseQueue(keypointCount);
  let target: OksResultSink = queue;
  /** What the reader writes to: the queue, then the sink behind it. */
  const front: OksResultSink = {
    pose: queue.pose,
    get count() {
      return target.count;
    },
    set count(value) {
      target.count = value;
    },
    get firstHasBox() {
      return target.firstHasBox;
    },
    set firstHasBox(value) {
      target.firstHasBox = value;
    },
    add: (result) => target.add(result),
    addPose(imageId, categoryId, score, boxArea, seen) {
      if (target !== queue) target.pose.set(queue.pose);
      target.addPose(imageId, categoryId, score, boxArea, seen);
    },
  };
  const known = new Promise<void>((resolve) => {
    port.once('message', (truths: PieceTruths) => {
      Object.assign(rows.truths, truths.rows);
      const selection = selectOks(truths.images, truths.categories, task.options);
      const sink = createResultSink(truths, selection, settings, COCO_RULES, rows, problems);
      queue.drainTo(sink);
      target = sink;
      resolve();
    });
  });
  const reader = createResultFileReader(front, keypointCount, problems);
  let outcome: PieceOutcome;
  try {
    await readPieces(pieceBytes(task), reader, 'results', 'array');
    await known;
    problems.throwIfAny();
    const { results, candidates } = rows;
    outcome = { count: target.count, firstHasBox: target.firstHasBox, results, candidates };
  } catch (error) {
    if (!(error instanceof MetricsError)) throw error;
  }
  port.postMessage(outcome);
}

async function* pieceBytes({ file, from, to, first, last }: PieceTask): AsyncIterable<Uint8Array> {
  if (!first) yield Uint8Array.of(OPEN_LIST);
  if (to > from) yield* createReadStream(file, { start: from, end: to - 1, highWaterMark: CHUNK });
  if (!last) yield Uint8Array.of(CLOSE_LIST);
}
