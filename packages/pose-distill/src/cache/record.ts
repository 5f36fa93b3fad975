import type { Affine } from '@pose-distill/heatmap-decode';
import type { MapShape } from '../train/teacher.js';
import { type CacheCodec, createCoder, type MapCoder } from './codec.js';

/** What a part's file holds of every sample: the plain crop's transform, which sample it is, a checksum, the maps. */
export interface RecordLayout {
  readonly bytes: number;
  readonly outputs: readonly RecordOutput[];
}

export interface RecordOutput {
  readonly name: string;
  readonly shape: MapShape;
  readonly coder: MapCoder;
  /** Where its words begin, in bytes. */
  readonly offset: number;
}

/** Bytes: six float64, the sample's index, the checksum. Numbers are little-endian. */
const SAMPLE = 6 * 8;
const CHECKSUM = SAMPLE + 4;
const HEAD = CHECKSUM + 4;

/** The layout of the records of a cache. @throws PoseDistillError BAD_OPTION as `createCoder` */
export function recordLayout(
  codec: CacheCodec,
  shapes: Readonly<Record<string, MapShape>>,
): RecordLayout {
  let offset = HEAD;
  const outputs = Object.entries(shapes).map(([name, shape]) => {
    const output = { name, shape, coder: createCoder(codec, shape), offset };
    offset += 2 * output.coder.words;
    return output;
  });
  return { bytes: 8 * Math.ceil(offset / 8), outputs };
}

/** A checksum of bytes, 32 bits. */
export type Checksum = (bytes: Uint8Array) => number;

export interface CacheRecord {
  /** Index of the sample. */
  readonly sample: number;
  /** Image pixels to input pixels of the plain crop. */
  readonly transform: Affine;
}

/**
 * Writes one sample's record.
 *
 * @param maps by output name, [H,W,C] each
 * @param out as long as a record, at a multiple of 8 bytes in its buffer
 */
export function writeRecord(
  { outputs }: RecordLayout,
  { sample, transform }: CacheRecord,
  maps: Readonly<Record<string, Float32Array>>,
  checksum: Checksum,
  out: Uint8Array,
): void {
  out.fill(0);
  const { buffer, byteOffset } = out;
  new Float64Array(buffer, byteOffset, 6).set(transform);
  const numbers = new Uint32Array(buffer, byteOffset + SAMPLE, 2);
  numbers[0] = sample;
  for (const { name, coder, offset } of outputs)
    coder.encode(maps[name]!, new Uint16Array(buffer, byteOffset + offset, coder.words));
  numbers[1] = checksum(out);
}

/** What a record says of itself, or undefined where its checksum is wrong. The checksum in `record` is overwritten. */
export function readRecord(record: Uint8Array, checksum: Checksum): CacheRecord | undefined {
  const { buffer, byteOffset } = record;
  const numbers = new Uint32Array(buffer, byteOffset + SAMPLE, 2);
  const expected = numbers[1]!;
  numbers[1] = 0;
  if (checksum(record) !== expected) return undefined;
  const transform = [...new Float64Array(buffer, byteOffset, 6)] as unknown as Affine;
  return { sample: numbers[0]!, transform };
}

/** Reads one output of a record into `out` [H,W,C]. */
export function readMaps(
  record: Uint8Array,
  { coder, offset }: RecordOutput,
  out: Float32Array,
): void {
  coder.decode(new Uint16Array(record.buffer, record.byteOffset + offset, coder.words), out);
}
