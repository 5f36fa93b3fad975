import { Worker } from 'node:worker_threads';
import { PoseDistillError } from '../errors.js';
import { checkPlan } from '../train/check-plan.js';
import { type MicroBatch, microBatchCount, splitBatch } from '../train/micro-batch.js';
import type { Plan } from '../train/plan.js';
import { statisticParameters } from '../train/state.js';
import { rowLength } from '../train/step.js';
import {
  createJudge,
  type RunUsage,
  type TrainEvent,
  type TrainOptions,
  type TrainResult,
  toTrainResult,
} from '../train/train.js';
import { fromPlainError, toPlainError } from './plain-error.js';
import type {
  LeaderMessage,
  LeaderServices,
  ReplicaMessage,
  ReplicaOutcome,
  ReplicaTask,
} from './replica.js';
import { abandon, allocateShared, askToStop } from './shared-exchange.js';

export interface ParallelOptions extends TrainOptions {
  /** Threads that compute every step together, 2 or more, and no more than people in a batch. */
  readonly workers: number;
}

/**
 * `train` on several threads, each with a tensor heap of its own, that compute a part of every batch. This thread leads: it has
 * the data, the files and the validation, and computes no step, so that it always notices when a thread ends.
 *
 * The result is that of `train` with as many micro-batches, bit for bit; with `syncBatchNorm` that of the whole batch, up to
 * the order of summation.
 *
 * @param plan as `options.reference` builds it, which is what the threads do
 * @throws PoseDistillError what `train` throws; WORKER_STOPPED, naming the thread, when one fails or ends. The last
 * checkpoint stays.
 */
export async function trainInThreads(plan: Plan, options: ParallelOptions): Promise<TrainResult> {
  checkPlan(plan);
  const { workers, resume, initial, reference, validate, signal } = options;
  const microBatches = microBatchCount(plan, workers, resume?.microBatches);
  const judge = createJudge(plan, validate);
  const memory = allocateShared({
    workers,
    microBatches,
    rowLength: rowLength(plan),
    vectorLength: longestVector(plan),
  });
  const log = lastEventOf(options.log ?? (() => {}));
  const { logEvery, checkpointEvery, validateEvery } = options;
  const shared: Omit<ReplicaTask, 'rank'> = {
    reference,
    memory,
    syncBatchNorm: plan.syncBatchNorm === true,
    validates: validate !== undefined,
    ...(resume && { resume }),
    ...(initial && { initial: { network: initial.network, weights: initial.weights } }),
    ...(logEvery && { logEvery }),
    ...(checkpointEvery && { checkpointEvery }),
    ...(validateEvery && { validateEvery }),
  };
  const { store } = options;
  const services: LeaderServices = {
    write: (name, content) => store.write(name, content),
    append: (name, line) => store.append(name, line),
    read: (name) => store.read(name),
    list: (prefix) => store.list(prefix),
    remove: (name) => store.remove(name),
    async validate(weights) {
      const { model: _, ...verdict } = await judge!.validate(weights);
      return verdict;
    },
  };
  const stop = (): void => askToStop(memory);
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop);

  const crew = Array.from({ length: workers }, (_, rank) => startReplica({ ...shared, rank }));
  const answering = new Set<Promise<void>>();
  let failure: Error | undefined;
  const fail = (error: Error): void => {
    failure ??= error;
    abandon(memory);
    for (const { worker } of crew) void worker.terminate();
  };
  const dealer = createDealer(plan.steps - (resume?.step ?? 0), workers, async () =>
    splitBatch(await options.batches.next(), microBatches),
  );

  const follow = (replica: Replica, rank: number): Promise<unknown> => {
    const { worker } = replica;
    const say = (message: LeaderMessage, transfer: ArrayBuffer[] = []): void =>
      worker.postMessage(message, transfer);
    worker.on('message', (message: ReplicaMessage) => {
      switch (message.type) {
        case 'take':
          dealer.take(rank).then((parts) => parts && deal(parts, say), fail);
          break;
        case 'event':
          log.event(message.event);
          break;
        case 'ask': {
          const answer = answerTo(services, message).then(say);
          answering.add(answer);
          break;
        }
        case 'done':
          replica.usage = message.usage;
          replica.result = message.result;
          break;
        case 'failed':
          // A replica that another one's failure has woken is no news.
          replica.abandoned = !message.own;
          if (message.own) fail(ownError(message, rank, workers));
          break;
      }
    });
    worker.on('error', (error) => fail(stopped(rank, workers, error.message, error)));
    return new Promise<void>((resolve) => {
      worker.on('exit', (status) => {
        if (!replica.result && !replica.abandoned)
          fail(stopped(rank, workers, `its thread ended with status ${status}`));
        resolve();
      });
    });
  };
  try {
    await Promise.all(crew.map(follow));
    await Promise.all(answering);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
  if (failure) throw failure;
  log.end(crew.map(({ usage }) => usage!));
  const { weights, ...result } = crew[0]!.result!;
  return toTrainResult(plan, { weights: weights!, ...result }, judge);
}

interface Replica {
  readonly worker: Worker;
  usage?: RunUsage;
  result?: ReplicaOutcome;
  abandoned?: boolean;
}

function startReplica(workerData: ReplicaTask): Replica {
  return { worker: new Worker(new URL('./replica-worker.js', import.meta.url), { workerData }) };
}

/** Mean, variance and count of the widest batch norm, or the two words of a checksum. */
function longestVector(plan: Plan): number {
  const widths = statisticParameters(plan.student).map(({ shape }) => shape[0] ?? 0);
  return 2 * Math.max(1, ...widths) + 1;
}

/** Hands every replica its part of each batch, in order, however far ahead one of them is. */
function createDealer(
  steps: number,
  workers: number,
  next: () => Promise<readonly MicroBatch[]>,
): { take(rank: number): Promise<readonly MicroBatch[] | undefined> } {
  const divided = new Map<number, { parts: Promise<readonly MicroBatch[]>; left: number }>();
  const taken = new Array<number>(workers).fill(0);
  return {
    async take(rank) {
      const step = taken[rank]!++;
      if (step >= steps) return undefined;
      let entry = divided.get(step);
      if (!entry) {
        entry = { parts: next(), left: workers };
        divided.set(step, entry);
      }
      if (--entry.left === 0) divided.delete(step);
      const parts = await entry.parts;
      const each = parts.length / workers;
      return parts.slice(rank * each, (rank + 1) * each);
    },
  };
}

/** Sends micro-batches as copies of their own, which then move. */
function deal(
  parts: readonly MicroBatch[],
  say: (message: LeaderMessage, transfer: ArrayBuffer[]) => void,
): void {
  const microBatches = parts.map(({ batch, share }) => ({
    share,
    batch: {
      size: batch.size,
      images: batch.images.slice(),
      keypoints: batch.keypoints.slice(),
      weights: batch.weights.slice(),
      sampleIndices: batch.sampleIndices.slice(),
      transforms: batch.transforms.slice(),
    },
  }));
  const buffers = microBatches.flatMap(({ batch: { size: _, ...rows } }) =>
    Object.values(rows).map(({ buffer }) => buffer as ArrayBuffer),
  );
  say({ type: 'batch', microBatches }, buffers);
}

async function answerTo(
  services: LeaderServices,
  { id, what, given }: ReplicaMessage & { type: 'ask' },
): Promise<LeaderMessage> {
  try {
    const service = services[what] as (...values: readonly unknown[]) => Promise<unknown>;
    return { type: 'answer', id, value: await service(...given) };
  } catch (error) {
    return { type: 'refusal', id, error: toPlainError(error) };
  }
}

/** Errors we foresaw say all themselves; of others the thread is told. */
function ownError(
  { error }: { error: Parameters<typeof fromPlainError>[0] },
  rank: number,
  workers: number,
): Error {
  const thrown = fromPlainError(error);
  return thrown instanceof PoseDistillError
    ? thrown
    : stopped(rank, workers, error.message, thrown);
}

function stopped(rank: number, workers: number, why: string, cause?: Error): PoseDistillError {
  return new PoseDistillError(
    'WORKER_STOPPED',
    `Worker ${rank + 1} of ${workers} failed: ${why}. The last checkpoint is whole: put the cause right and go on with --resume.`,
    { worker: rank + 1 },
    { cause },
  );
}

/** Keeps the `end` back until all replicas have said what they took. */
function lastEventOf(log: (event: TrainEvent) => void): {
  event(event: TrainEvent): void;
  end(usages: readonly RunUsage[]): void;
} {
  let end: (TrainEvent & { type: 'end' }) | undefined;
  return {
    event(event) {
      if (event.type === 'end') end = event;
      else log(event);
    },
    end(usages) {
      if (end) log({ ...end, usage: addUsages(usages) });
    },
  };
}

function addUsages(usages: readonly RunUsage[]): RunUsage {
  const total = (of: (usage: RunUsage) => number | undefined): number =>
    usages.reduce((sum, usage) => sum + (of(usage) ?? 0), 0);
  return {
    heapBytes: total(({ heapBytes }) => heapBytes),
    ...(usages.every(({ peakBytes }) => peakBytes !== undefined) && {
      peakBytes: total(({ peakBytes }) => peakBytes),
    }),
    exchange: {
      waiting: total(({ exchange }) => exchange?.waiting) / usages.length,
      working: total(({ exchange }) => exchange?.working) / usages.length,
    },
  };
}
