import { Worker } from 'node:worker_threads';
import type { SourceSpec } from '@pose-distill/datasets/node';
import type { CocoKeypointResult } from '@pose-distill/metrics';
import type { Verdict } from '../train/deploy.js';
import type { PlanReference } from '../train/plan.js';
import type { TrainEvent } from '../train/train.js';
import { fromPlainError, type PlainError } from './plain-error.js';
import type { TrainingShards } from './run.js';

/** One training of a job, in a folder of its own. */
export interface Phase {
  readonly name: string;
  readonly reference: PlanReference;
  readonly source: string | SourceSpec;
  readonly shards?: TrainingShards;
  readonly directory: string;
  /** A model folder whose values the student starts from. */
  readonly init?: string;
  readonly resume: boolean;
  /** Threads that compute every step together. Default: one per physical core. */
  readonly workers?: number;
  readonly loaderWorkers?: number;
  readonly checkpointEvery?: number;
  readonly validateEvery?: number;
}

export interface PhaseResult {
  readonly interrupted: boolean;
  readonly results?: readonly CocoKeypointResult[];
  readonly verdict?: Verdict;
}

/** What the phase's thread says. */
export type PhaseMessage =
  | { readonly type: 'event'; readonly event: TrainEvent }
  | { readonly type: 'done'; readonly result: PhaseResult }
  | { readonly type: 'failed'; readonly error: PlainError };

/** Runs a phase in a thread with a WASM heap of its own. Aborting ends it after the step in progress. */
export function runPhase(
  phase: Phase,
  {
    signal,
    log = () => {},
  }: { readonly signal?: AbortSignal; readonly log?: (event: TrainEvent) => void } = {},
): Promise<PhaseResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./phase-worker.js', import.meta.url), { workerData: phase });
    const stop = (): void => worker.postMessage('stop');
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop);
    worker.on('message', (message: PhaseMessage) => {
      if (message.type === 'event') log(message.event);
      else if (message.type === 'done') resolve(message.result);
      else reject(fromPlainError(namedAfter(phase, message.error)));
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      signal?.removeEventListener('abort', stop);
      reject(
        new Error(
          `The thread of phase ${phase.name} ended with status ${code} before it was done.`,
        ),
      );
    });
  });
}

/** The error with the phase's name before its message. */
export function namedAfter({ name }: Phase, error: PlainError): PlainError {
  const { message, details } = error;
  return { ...error, message: `${name}: ${message}`, details: { ...details, phase: name } };
}
