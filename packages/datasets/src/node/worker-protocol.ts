import type { Skeleton } from '@pose-distill/skeletons';
import type { Batch, MakeBatchOptions } from '../batch.js';
import { DatasetError, type DatasetErrorCode } from '../error.js';
import type { ImageOrigin, PoseSample, ReadImageOptions } from '../types.js';

/** What a worker gets once. */
export interface WorkerSetup {
  readonly skeleton: Skeleton;
  readonly images: ImageOrigin | PostedImages;
}

/** Encoded pictures that come with each task. */
export interface PostedImages {
  readonly kind: 'posted';
  readonly reading?: ReadImageOptions;
}

/** One batch to make. */
export interface BatchTask {
  readonly indices: Int32Array;
  readonly options: MakeBatchOptions;
  /** In the order of `indices`: workers hold no annotations of their own. Absent for figures, which every thread can draw. */
  readonly samples?: readonly PoseSample[];
  /** In the order of `indices`, for figures only: places in the whole run of figures, of which a data set may be a part. */
  readonly figures?: Int32Array;
  /** In the order of `indices`, for posted images only. */
  readonly pictures?: readonly Uint8Array[];
}

/**
 * A sample as data of its own: properties of views are no properties of their copies, and the arrays may be parts of large
 * ones, which would be copied whole.
 */
export function postSample(sample: PoseSample): PoseSample {
  const { id, imageId, file, imageSize, box, area } = sample;
  const { width, height } = imageSize;
  return {
    ...{ id, imageId, file, area },
    imageSize: { width, height },
    box: { x: box.x, y: box.y, width: box.width, height: box.height },
    keypoints: sample.keypoints.slice(),
    visibility: sample.visibility.slice(),
  };
}

/** A task on its way to a worker. */
export interface PostedTask extends BatchTask {
  readonly id: number;
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
