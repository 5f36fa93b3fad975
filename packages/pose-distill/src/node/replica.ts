import type { MessagePort } from 'node:worker_threads';
import { PoseDistillError } from '../errors.js';
import type { Checkpoint } from '../train/checkpoint.js';
import type { Verdict, Weights } from '../train/deploy.js';
import type { MicroBatch } from '../train/micro-batch.js';
import type { PlanReference } from '../train/plan.js';
import { rowLength } from '../train/step.js';
import { createMemoryStore, type Store } from '../train/store.js';
import { type RunUsage, type TrainEvent, type TrainOptions, trainReplica } from '../train/train.js';
import { heapUsage, startBackend } from './backend.js';
import { buildPlan } from './build-plan.js';
import { fromPlainError, type PlainError, toPlainError } from './plain-error.js';
import { AbandonedError, abandon, joinExchange, type SharedMemory } from './shared-exchange.js';

/** What a replica's thread is started with. */
export interface ReplicaTask {
  readonly rank: number;
  readonly reference: PlanReference;
  readonly memory: SharedMemory;
  readonly resume?: Checkpoint;
  readonly initial?: TrainOptions['initial'];
  readonly syncBatchNorm: boolean;
  readonly validates: boolean;
  readonly logEvery?: number;
  readonly checkpointEvery?: number;
  readonly validateEvery?: number;
}

/** What the first replica has done by the leader, who has the files and the validation data. */
export interface LeaderServices extends Store {
  validate(weights: Weights): Promise<Verdict>;
}

/** From a replica to the leader. */
export type ReplicaMessage =
  | { readonly type: 'take' }
  | { readonly type: 'event'; readonly event: TrainEvent }
  | {
      readonly type: 'ask';
      readonly id: number;
      readonly what: keyof LeaderServices;
      readonly given: readonly unknown[];
    }
  | { readonly type: 'done'; readonly usage: RunUsage; readonly result: ReplicaOutcome }
  /** `own`: not because another replica failed. */
  | { readonly type: 'failed'; readonly own: boolean; readonly error: PlainError };

export interface ReplicaOutcome {
  /** All that was trained; the first replica's only. */
  readonly weights?: Weights;
  readonly step: number;
  readonly interrupted: boolean;
}

/** From the leader to a replica. */
export type LeaderMessage =
  | { readonly type: 'batch'; readonly microBatches: readonly MicroBatch[] }
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly type: 'refusal'; readonly id: number; readonly error: PlainError };

/** Steps that a replica has batches for before it needs them. */
const AHEAD = 2;

/** Does a replica's part of a run, from the first message to the last. */
export async function runReplica(task: ReplicaTask, port: MessagePort): Promise<void> {
  const { rank, memory } = task;
  const say = (message: ReplicaMessage): void => port.postMessage(message);
  try {
    const plan = await buildPlan(task.reference);
    if (rowLength(plan) !== memory.rowLength)
      throw new PoseDistillError(
        'BAD_OPTION',
        `${task.reference.module} built another network in a thread than before: plan(options) must depend on its options alone.`,
      );
    await startBackend();
    const leader = talkTo(port);
    const { gather, times, ...exchange } = joinExchange(memory, rank);
    const usage = (): RunUsage => ({ ...heapUsage(), exchange: { ...times } });
    const { resume, initial, logEvery, checkpointEvery, validateEvery, reference } = task;
    const { weights, step, interrupted } = await trainReplica(plan, {
      reference,
      microBatches: leader.batches,
      microBatchCount: memory.microBatches,
      exchange: { ...exchange, ...(task.syncBatchNorm && { gather }) },
      clock: () => performance.now(),
      usage,
      // All do the same steps; one of them tells of it.
      store: rank === 0 ? leader.services : createMemoryStore(),
      ...(rank === 0 && { log: (event) => say({ type: 'event', event }) }),
      ...(rank === 0 &&
        task.validates && { validate: (trained) => leader.services.validate(trained) }),
      ...(resume && { resume }),
      ...(initial && { initial }),
      ...(logEvery && { logEvery }),
      ...(checkpointEvery && { checkpointEvery }),
      ...(validateEvery && { validateEvery }),
    });
    const result = { step, interrupted, ...(rank === 0 && { weights }) };
    say({ type: 'done', usage: usage(), result });
  } catch (thrown) {
    say({ type: 'failed', own: !(thrown instanceof AbandonedError), error: toPlainError(thrown) });
    abandon(memory);
  } finally {
    port.close();
  }
}

/** The leader, as a replica sees it. */
function talkTo(port: MessagePort): {
  readonly batches: { next(): Promise<readonly MicroBatch[]> };
  readonly services: LeaderServices;
} {
  const here: (readonly MicroBatch[])[] = [];
  const wanting: ((microBatches: readonly MicroBatch[]) => void)[] = [];
  const asked = new Map<number, { resolve(value: never): void; reject(error: Error): void }>();
  let questions = 0;
  port.on('message', (message: LeaderMessage) => {
    if (message.type === 'batch') {
      const want = wanting.shift();
      if (want) want(message.microBatches);
      else here.push(message.microBatches);
      return;
    }
    const question = asked.get(message.id)!;
    asked.delete(message.id);
    if (message.type === 'answer') question.resolve(message.value as never);
    else question.reject(fromPlainError(message.error));
  });
  const say = (message: ReplicaMessage): void => port.postMessage(message);
  const ask = <T>(what: keyof LeaderServices, ...given: unknown[]): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const id = questions++;
      asked.set(id, { resolve, reject });
      say({ type: 'ask', id, what, given });
    });
  for (let i = 0; i < AHEAD; i++) say({ type: 'take' });
  return {
    batches: {
      next() {
        say({ type: 'take' });
        const microBatches = here.shift();
        if (microBatches) return Promise.resolve(microBatches);
        return new Promise((resolve) => void wanting.push(resolve));
      },
    },
    services: {
      write: (name, content) => ask('write', name, content),
      append: (name, line) => ask('append', name, line),
      read: (name) => ask('read', name),
      list: (prefix) => ask('list', prefix),
      remove: (name) => ask('remove', name),
      validate: (weights) => ask('validate', weights),
    },
  };
}
