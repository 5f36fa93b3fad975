import { Worker } from 'node:worker_threads';
import { type Batch, makeRows, type RowSource } from '../batch.js';
import { DatasetError } from '../error.js';
import {
  type BatchTask,
  type PostedTask,
  receiveError,
  type WorkerReply,
  type WorkerSetup,
} from './worker-protocol.js';

/** One place where batches are made, one at a time. */
export interface Lane {
  /** Batches ordered and not made yet. */
  readonly waiting: number;
  make(task: BatchTask): Promise<Batch>;
  /** Whether the lane keeps the process alive; it does while somebody waits for a batch. */
  hold(on: boolean): void;
  close(): Promise<void>;
}

/** Lanes whose work is spread so that none waits while another has nothing to do. */
export interface Lanes {
  make(task: BatchTask): Promise<Batch>;
  /** Keeps the process alive until the batch is there. */
  wait(batch: Promise<Batch>): Promise<Batch>;
  close(): Promise<void>;
}

export function joinLanes(lanes: readonly Lane[]): Lanes {
  let waiters = 0;
  return {
    make(task) {
      const lane = lanes.reduce((best, other) => (other.waiting < best.waiting ? other : best));
      const batch = lane.make(task);
      batch.catch(() => {}); // told to whoever asks for it
      return batch;
    },
    async wait(batch) {
      if (waiters++ === 0) for (const lane of lanes) lane.hold(true);
      try {
        return await batch;
      } finally {
        if (--waiters === 0) for (const lane of lanes) lane.hold(false);
      }
    },
    async close() {
      await Promise.all(lanes.map((lane) => lane.close()));
    },
  };
}

/** Makes batches in this thread. */
export function createLocalLane(sourceOf: (task: BatchTask) => RowSource): Lane {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  let closed = false;
  return {
    get waiting() {
      return waiting;
    },
    make(task) {
      waiting++;
      const batch = last.then(() => {
        if (closed) throw closedError();
        return makeRows(sourceOf(task), task.indices, task.options);
      });
      last = batch.catch(() => {}).then(() => waiting--);
      return batch;
    },
    hold() {},
    async close() {
      closed = true;
      await last;
    },
  };
}

/** Makes batches in a thread of its own. */
export function createWorkerLane(setup: WorkerSetup): Lane {
  const worker = new Worker(new URL('./node-worker.js', import.meta.url), {
    workerData: setup,
    execArgv: [], // flags of the main program, such as --input-type, need not suit a thread
  });
  worker.unref();
  const open = new Map<number, { resolve(batch: Batch): void; reject(error: Error): void }>();
  let nextId = 0;
  let ended: DatasetError | undefined;

  const end = (error: DatasetError): void => {
    ended ??= error;
    for (const { reject } of open.values()) reject(ended);
    open.clear();
  };
  worker.on('message', (reply: WorkerReply) => {
    const task = open.get(reply.id);
    open.delete(reply.id);
    if ('batch' in reply) task?.resolve(reply.batch);
    else task?.reject(receiveError(reply.error));
  });
  worker.on('messageerror', (error) => end(stoppedError(error.message, error)));
  worker.on('error', (error) => end(stoppedError(error.message, error)));
  worker.on('exit', (status) => end(stoppedError(`exit status ${status}`)));

  return {
    get waiting() {
      return open.size;
    },
    make(task) {
      if (ended) return Promise.reject(ended);
      const id = nextId++;
      return new Promise<Batch>((resolve, reject) => {
        open.set(id, { resolve, reject });
        worker.postMessage({ ...task, id } satisfies PostedTask);
      });
    },
    hold(on) {
      if (on) worker.ref();
      else worker.unref();
    },
    async close() {
      end(closedError());
      await worker.terminate();
    },
  };
}

export function closedError(): DatasetError {
  return new DatasetError('CLOSED', 'The batch loader was closed; no more batches come.');
}

function stoppedError(reason: string, cause?: unknown): DatasetError {
  return new DatasetError(
    'WORKER_STOPPED',
    `A thread that prepares batches stopped (${reason}). Start the loader again with startStep; if memory ran out, use ` +
      'fewer workers or smaller batches.',
    { reason },
    { cause },
  );
}
