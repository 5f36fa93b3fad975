import { Worker } from 'node:worker_threads';
import { type Batch, makeBatch } from '../batch.js';
import { DatasetError } from '../error.js';
import type { ImageOrigin, PoseDataset } from '../types.js';
import {
  type BatchTask,
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

/** Makes batches in this thread. */
export function createLocalLane(dataset: PoseDataset): Lane {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  let closed = false;
  return {
    get waiting() {
      return waiting;
    },
    make({ indices, options }) {
      waiting++;
      const batch = last.then(() => {
        if (closed) throw closedError();
        return makeBatch(dataset, indices, options);
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
export function createWorkerLane(dataset: PoseDataset, images: ImageOrigin): Lane {
  const setup: WorkerSetup = { skeleton: dataset.skeleton, images };
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
    make({ indices, options }) {
      if (ended) return Promise.reject(ended);
      const id = nextId++;
      const samples =
        images.kind === 'files'
          ? Array.from(indices, (index) => dataset.samples[index]!)
          : undefined;
      return new Promise<Batch>((resolve, reject) => {
        open.set(id, { resolve, reject });
        worker.postMessage({ id, indices, options, ...(samples ? { samples } : {}) });
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
