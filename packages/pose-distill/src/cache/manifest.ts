import type { SourceSpec } from '@pose-distill/datasets/node';
import type { Size } from '@pose-distill/heatmap-decode';
import { defineSkeleton, type Skeleton } from '@pose-distill/skeletons';
import { PoseDistillError } from '../errors.js';
import type { MapShape } from '../train/teacher.js';
import type { CacheCodec } from './codec.js';

/** What all parts of a cache say alike. */
export interface CacheHeader {
  readonly teacher: {
    /** As it was given. */
    readonly folder: string;
    /** SHA-256 of `model.json` and of `weights.safetensors`. */
    readonly model: string;
    readonly weights: string;
  };
  readonly data: {
    /** As it was given. */
    readonly source: string | SourceSpec;
    readonly split: 'train' | 'val';
    /** Number of samples. */
    readonly samples: number;
    /** SHA-256 over what decides each sample's plain crop, in order. */
    readonly sha256: string;
  };
  readonly codec: CacheCodec;
  readonly skeleton: Skeleton;
  /** [H,W,C] of each output. */
  readonly outputs: Readonly<Record<string, MapShape>>;
  readonly inputSize: Size;
  /** How the plain crop is cut. */
  readonly crop: { readonly convention: 'classic'; readonly padding: number };
  /** Samples of every part but the last. */
  readonly partSize: number;
}

/** Consecutive samples of a cache: a file of records and this description of it. */
export interface CachePart {
  readonly header: CacheHeader;
  /** Counted from 0. */
  readonly index: number;
  /** Length of its file of records. */
  readonly bytes: number;
  /** Annotations of its samples, in order. */
  readonly ids: readonly number[];
  /** SHA-256 over what decides these samples' crops. */
  readonly sha256: string;
}

const FORMAT = 'pose-distill teacher cache';
const VERSION = 1;
/** A cache has no more parts than this, however many samples it has. */
const MOST_PARTS = 256;
const LEAST_PART = 256;

/** Samples of a part: 256, and more where a cache would have more than 256 parts. */
export function partSizeOf(samples: number): number {
  return Math.max(LEAST_PART, Math.ceil(samples / MOST_PARTS));
}

export function partCount({ data, partSize }: CacheHeader): number {
  return Math.ceil(data.samples / partSize);
}

/** The samples of a part, `to` not among them. */
export function partRange(
  { data, partSize }: CacheHeader,
  index: number,
): { readonly from: number; readonly to: number } {
  return { from: index * partSize, to: Math.min((index + 1) * partSize, data.samples) };
}

/** Names of a part's description and of its records. */
export function partFiles(index: number): { readonly json: string; readonly maps: string } {
  const name = `part-${String(index).padStart(3, '0')}`;
  return { json: `${name}.json`, maps: `${name}.maps` };
}

/** The part that a description's name says, if it is one. */
export function partOfFile(name: string): number | undefined {
  const match = /^part-(\d{3})\.json$/.exec(name);
  return match ? Number(match[1]) : undefined;
}

export function encodePart(part: CachePart): string {
  return `${JSON.stringify({ format: FORMAT, version: VERSION, ...part })}\n`;
}

/**
 * Reads a part's description.
 *
 * @param place names the file in errors
 * @throws PoseDistillError BAD_CACHE
 */
export function decodePart(json: string, place: string): CachePart {
  let read: Record<string, unknown>;
  try {
    read = JSON.parse(json) as Record<string, unknown>;
  } catch (error) {
    throw badCache(
      `${place} is not JSON (${(error as Error).message}). Delete it and make the cache again; what is whole is kept.`,
    );
  }
  if (read?.format !== FORMAT || read.version !== VERSION)
    throw badCache(
      `${place}: expected format "${FORMAT}" of version ${VERSION}, got "${String(read?.format)}" of version ${String(read?.version)}. ` +
        'Make the cache again in another folder, with this version of pose-distill.',
    );
  const { header, index, bytes, ids, sha256 } = read as unknown as CachePart;
  if (
    !isHeader(header) ||
    ![index, bytes].every(Number.isInteger) ||
    !Array.isArray(ids) ||
    !sha256
  )
    throw badCache(
      `${place} lacks fields that version ${VERSION} has. Delete it and make the cache again; what is whole is kept.`,
    );
  return {
    header: { ...header, skeleton: defineSkeleton(header.skeleton) },
    ...{ index, bytes, ids, sha256 },
  };
}

function isHeader(header: CacheHeader | undefined): header is CacheHeader {
  const { teacher, data, codec, skeleton, outputs, inputSize, crop, partSize } = header ?? {};
  return Boolean(
    teacher?.weights && data && codec?.kind && skeleton && outputs && inputSize && crop && partSize,
  );
}

/** Where two descriptions are of different caches: the field, and what each says. Names of folders may differ. */
export function differenceOf(
  one: CacheHeader,
  other: CacheHeader,
): { readonly field: string; readonly one: string; readonly other: string } | undefined {
  const fields = (header: CacheHeader): Record<string, unknown> => ({
    'weights of the teacher': header.teacher.weights,
    'network of the teacher': header.teacher.model,
    'number of samples': header.data.samples,
    split: header.data.split,
    data: header.data.sha256,
    codec: describeCodec(header.codec),
    keypoints: header.skeleton.keypoints,
    outputs: header.outputs,
    'input size': `${header.inputSize.height}x${header.inputSize.width}`,
    crop: header.crop,
    'samples of a part': header.partSize,
  });
  const [left, right] = [fields(one), fields(other)];
  const field = Object.keys(left).find((key) => shown(left[key]) !== shown(right[key]));
  if (field === undefined) return undefined;
  return { field, one: shown(left[field]), other: shown(right[field]) };
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function describeCodec(codec: CacheCodec): string {
  return codec.kind === 'topk' ? `topk ${codec.count}` : codec.kind;
}

/** The command that makes what is missing of a cache. */
export function commandFor(
  { teacher, data, codec, outputs }: CacheHeader,
  directory: string,
): string {
  const source = typeof data.source === 'string' ? data.source : JSON.stringify(data.source);
  const chosen = codec.kind === 'topk' ? `--codec topk --top ${codec.count} ` : '';
  const names = Object.keys(outputs).join(',');
  const named = names === 'heatmaps' ? '' : `--outputs ${quoted(names)} `;
  return (
    `pose-distill cache --teacher ${quoted(teacher.folder)} --data ${quoted(source)} ` +
    `--split ${data.split} ${chosen}${named}--out ${quoted(directory)}`
  );
}

function quoted(text: string): string {
  return /^[\w.,:/@=+-]+$/.test(text) ? text : `'${text}'`;
}

export function badCache(
  message: string,
  details: Readonly<Record<string, unknown>> = {},
): PoseDistillError {
  return new PoseDistillError('BAD_CACHE', message, details);
}
