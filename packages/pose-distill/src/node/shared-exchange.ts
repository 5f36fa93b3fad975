import * as tf from '@tensorflow/tfjs-core';
import { PoseDistillError } from '../errors.js';
import type { Exchange } from '../train/exchange.js';
import type { StateArrays } from '../train/state.js';

/** How much the replicas of a run have to say to each other. */
export interface SharedLayout {
  readonly workers: number;
  /** Micro-batches of a step; a multiple of `workers`. */
  readonly microBatches: number;
  /** Values of one micro-batch's row. */
  readonly rowLength: number;
  /** Longest vector that is gathered within a step. */
  readonly vectorLength: number;
}

/** The memory of a run that all its threads see. */
export interface SharedMemory extends SharedLayout {
  /** Int32: see the numbers below. */
  readonly control: SharedArrayBuffer;
  /** [microBatches, rowLength] float32. */
  readonly rows: SharedArrayBuffer;
  /** [rowLength] float32: their sum. */
  readonly sum: SharedArrayBuffer;
  /** [2, workers, 1 + vectorLength] float32: a length and a vector each, in two sets that take turns. */
  readonly vectors: SharedArrayBuffer;
}

// Places in `control`.
const ARRIVED = 0;
const GENERATION = 1;
const FAILED = 2;
const STOP_ASKED = 3;
const STOP_AGREED = 4;
const CONTROL_LENGTH = 5;

export function allocateShared(layout: SharedLayout): SharedMemory {
  const { workers, microBatches, rowLength, vectorLength } = layout;
  const floats = (count: number): SharedArrayBuffer => new SharedArrayBuffer(4 * count);
  return {
    ...layout,
    control: floats(CONTROL_LENGTH),
    rows: floats(microBatches * rowLength),
    sum: floats(rowLength),
    vectors: floats(2 * workers * (1 + vectorLength)),
  };
}

/** Asks the replicas to end after the step in progress; the first barrier after it decides for all. */
export function askToStop({ control }: SharedMemory): void {
  Atomics.store(new Int32Array(control), STOP_ASKED, 1);
}

/** Wakes every replica that waits, and any that comes to wait, with an `AbandonedError`. */
export function abandon({ control }: SharedMemory): void {
  const numbers = new Int32Array(control);
  Atomics.store(numbers, FAILED, 1);
  // A new generation, so that one who is about to wait for the old one does not.
  Atomics.add(numbers, GENERATION, 1);
  Atomics.notify(numbers, GENERATION);
}

/** Thrown in a replica because another one failed. */
export class AbandonedError extends Error {
  override readonly name = 'AbandonedError';
  constructor() {
    super('Another thread of the run failed.');
  }
}

/** Milliseconds that a replica has spent on exchanges. */
export interface ExchangeTimes {
  /** Waiting for the others, without a core. */
  waiting: number;
  /** Copying and adding. */
  working: number;
}

/** A replica's side of the shared memory. For threads that may block: its barriers wait without an event loop. */
export function joinExchange(
  memory: SharedMemory,
  rank: number,
): Exchange & { readonly gather: NonNullable<Exchange['gather']>; readonly times: ExchangeTimes } {
  const { workers, microBatches, rowLength, vectorLength } = memory;
  const control = new Int32Array(memory.control);
  const rows = new Float32Array(memory.rows);
  const sum = new Float32Array(memory.sum);
  const vectors = new Float32Array(memory.vectors);
  const times: ExchangeTimes = { waiting: 0, working: 0 };
  const ownRows = microBatches / workers;
  let turn = 0;

  const barrier = (): void => {
    const start = performance.now();
    const generation = Atomics.load(control, GENERATION);
    if (Atomics.add(control, ARRIVED, 1) + 1 === workers) {
      Atomics.store(control, ARRIVED, 0);
      Atomics.store(control, STOP_AGREED, Atomics.load(control, STOP_ASKED));
      Atomics.add(control, GENERATION, 1);
      Atomics.notify(control, GENERATION);
    } else {
      // Not just once: the last of the barrier before may wake those who have come to this one already.
      while (Atomics.load(control, GENERATION) === generation)
        Atomics.wait(control, GENERATION, generation);
    }
    if (Atomics.load(control, FAILED)) throw new AbandonedError();
    times.waiting += performance.now() - start;
  };

  /** Adds up this replica's slice of all rows, in the order of the batch. */
  const reduceSlice = (): void => {
    const from = Math.floor((rank * rowLength) / workers);
    const to = Math.floor(((rank + 1) * rowLength) / workers);
    const slice = sum.subarray(from, to);
    slice.set(rows.subarray(from, to));
    for (let part = 1; part < microBatches; part++) {
      const row = rows.subarray(part * rowLength + from, part * rowLength + to);
      for (let i = 0; i < slice.length; i++) slice[i] = slice[i]! + row[i]!;
    }
  };

  const gather = (values: Float32Array): Float32Array[] => {
    const each = 1 + vectorLength;
    const place = (of: number): number => (turn * workers + of) * each;
    vectors[place(rank)] = values.length;
    vectors.set(values, place(rank) + 1);
    barrier();
    const all = Array.from({ length: workers }, (_, of) =>
      vectors.slice(place(of) + 1, place(of) + 1 + vectors[place(of)]!),
    );
    // The other set next time: who is still reading this one has not passed the next barrier.
    turn = 1 - turn;
    return all;
  };

  return {
    workers,
    times,
    gather,
    async sum(parts) {
      for (const [i, part] of parts.entries()) {
        rows.set((await part.data()) as Float32Array, (rank * ownRows + i) * rowLength);
        part.dispose();
      }
      barrier();
      const start = performance.now();
      reduceSlice();
      times.working += performance.now() - start;
      barrier();
      return tf.tensor1d(sum.slice());
    },
    stopping: () => Atomics.load(control, STOP_AGREED) === 1,
    async agree(state) {
      const own = checksum(state);
      const all = gather(Float32Array.of(own >>> 16, own & 0xffff));
      const [first, ...others] = all.map(([high, low]) => high! * 0x10000 + low!);
      const different = others.findIndex((other) => other !== first);
      if (different >= 0)
        throw new PoseDistillError(
          'WORKER_STOPPED',
          `The weights of worker ${different + 2} of ${workers} are no longer those of worker 1. Its plan(options) must give the ` +
            'same plan in every thread and its terms must not depend on anything else.',
          { worker: different + 2 },
        );
    },
  };
}

/** 32 bits of all values (FNV-1a, by words). */
function checksum({ statistics, ...flat }: StateArrays): number {
  let hash = 0x811c9dc5 | 0;
  for (const values of [...Object.values(flat), ...Object.values(statistics)]) {
    const words = new Int32Array(values.buffer, values.byteOffset, values.length);
    for (let i = 0; i < words.length; i++) hash = Math.imul(hash ^ words[i]!, 0x01000193);
  }
  return hash;
}
