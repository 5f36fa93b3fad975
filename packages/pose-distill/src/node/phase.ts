import { Worker } from 'node:worker_threads';
import type { SourceSpec } from '@pose-distill/datasets/node';
import type { CocoKeypointResult } from '@pose-distill/metrics';
import { PoseDistillError, type PoseDistillErrorCode } from '../errors.js';
import type { PlanReference } from '../train/plan.js';
import type { TrainEvent, ValidationResult } from '../train/train.js';
import type { TrainingShards } from './run.js';

/** One training of a job, in a folder of its own. */
export interface Phase {
  readonly name: string;
  readonly reference: PlanReference;
  readonly source: string | SourceSpec;
  readonly shards?: TrainingShards;
  readonly directory: string;
  readonly resume: boolean;
  readonly loaderWorkers?: number;
  readonly checkpointEvery?: number;
  readonly validateEvery?: number;
}

export interface PhaseResult {
  readonly interrupted: boolean;
  readonly results?: readonly CocoKeypointResult[];
  readonly scores?: ValidationResult;
}

/** What the phase's thread says. */
export type PhaseMessage =
  | { readonly type: 'event'; readonly event: TrainEvent }
  | { readonly type: 'done'; readonly result: PhaseResult }
  | {
      readonly type: 'failed';
      readonly name: string;
      readonly code: string | undefined;
      readonly message: string;
      readonly stack: string | undefined;
    };

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
      else reject(revive(phase, message));
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

function revive(phase: Phase, { code, message, stack }: PhaseMessage & { type: 'failed' }): Error {
  const text = `${phase.name}: ${message}`;
  if (code) return new PoseDistillError(code as PoseDistillErrorCode, text, { phase: phase.name });
  const error = new Error(text);
  if (stack) error.stack = stack;
  return error;
}
