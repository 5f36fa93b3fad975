import type { Skeleton } from '@pose-distill/skeletons';
import type { Batch, MakeBatchOptions } from '../batch.js';
import { DatasetError, type DatasetErrorCode } from '../error.js';
import type { ImageOrigin, PoseSample } from '../types.js';

/** What a worker gets once. */
export interface WorkerSetup {
  readonly skeleton: Skeleton;
  readonly images: ImageOrigin;
}

/** One batch to make. */
export interface BatchTask {
  readonly indices: Int32Array;
  readonly options: MakeBatchOptions;
}

/** A task on its way to a worker, with the annotations it needs: workers hold none of their own. */
export interface PostedTask extends BatchTask {
  readonly id: number;
  /** In the order of `indices`; absent for figures, which every thread can draw. */
  readonly samples?: readonly PoseSample[];
}

export type WorkerReply =
  | { readonly id: number; readonly batch: Batch }
  | { readonly id: number; readonly error: PostedError };

/** An error as data: threads do not carry fields of errors over. */
export interface PostedError {
  readonly message: string;
  readonly code?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly stack?: string;
}

export function postError(error: unknown): PostedError {
  if (!(error instanceof Error)) return { message: String(error) };
  const { message, stack } = error;
  const { code, details } = error as { code?: unknown; details?: PostedError['details'] };
  return {
    message,
    ...(stack === undefined ? {} : { stack }),
    ...(typeof code === 'string' ? { code } : {}),
    ...(details ? { details } : {}),
  };
}

/** The error again, on this side: codes are shared by all our packages, so every coded error becomes a DatasetError. */
export function receiveError({ message, code, details, stack }: PostedError): Error {
  const error =
    code === undefined
      ? new Error(message)
      : new DatasetError(code as DatasetErrorCode, message, details);
  if (stack !== undefined) error.stack = `${error.stack}\nIn the worker: ${stack}`;
  return error;
}
