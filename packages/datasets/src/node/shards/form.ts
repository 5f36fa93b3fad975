import type { Skeleton } from '@pose-distill/skeletons';
import { DatasetError } from '../../error.js';
import type { PoseSample } from '../../types.js';

/** The file beside the archives that says what is in them. */
export interface ShardManifest {
  readonly format: 'pose-distill shards';
  readonly version: 1;
  readonly name: string;
  readonly skeleton: Skeleton;
  readonly samples: number;
  readonly shards: readonly ManifestShard[];
}

export interface ManifestShard {
  readonly file: string;
  readonly bytes: number;
  /** Of the whole file, in hexadecimal. */
  readonly sha256: string;
  readonly pictures: number;
  readonly samples: number;
}

/** Extensions of members that are pictures; `img` stands for all others. */
export const PICTURES: ReadonlySet<string> = new Set(
  'jpg jpeg png webp gif avif heic heif tif tiff bmp jp2 jxl img'.split(' '),
);

export const MANIFEST = 'manifest.json';
const FORMAT: ShardManifest['format'] = 'pose-distill shards';

/** A person in the JSON member of a picture; `index` is the sample's place in the data set it was written from. */
export interface ShardPerson extends Omit<PoseSample, 'keypoints' | 'visibility'> {
  readonly index: number;
  readonly keypoints: readonly (number | null)[];
  readonly visibility: readonly number[];
}

export function manifestOf(fields: Omit<ShardManifest, 'format' | 'version'>): ShardManifest {
  return { format: FORMAT, version: 1, ...fields };
}

/** @throws DatasetError `BAD_SHARD` */
export function parseManifest(text: string, file: string): ShardManifest {
  const json = parseJson(text, file) as Partial<ShardManifest> | null;
  const right =
    typeof json === 'object' &&
    json?.format === FORMAT &&
    json.version === 1 &&
    Array.isArray(json.skeleton?.keypoints) &&
    Array.isArray(json.shards) &&
    json.shards.every(isShard);
  if (right) return json as ShardManifest;
  throw badShard(`${file} is no manifest of shards of version 1`, { file });
}

/** A file of the same folder, not somewhere else. */
function isShard(shard: Partial<ManifestShard> | null): boolean {
  const { file, bytes, samples } = shard ?? {};
  return typeof file === 'string' && /^\w[\w.-]*$/.test(file) && isCount(bytes) && isCount(samples);
}

/** The JSON member of one picture with its people. */
export function recordJson(people: readonly (readonly [index: number, PoseSample])[]): string {
  const list = people.map(([index, sample]) => {
    const { id, imageId, file, imageSize, box, area, keypoints, visibility } = sample;
    const { scale, headBox, crowdIndex, score } = sample;
    const named = { index, id, imageId, file, imageSize, box, area, scale, headBox, crowdIndex };
    return { ...named, score, keypoints: [...keypoints], visibility: [...visibility] };
  });
  return `${JSON.stringify({ people: list })}\n`;
}

/** The people of a JSON member. @throws DatasetError `BAD_SHARD` */
export function parseRecord(
  bytes: Uint8Array,
  skeleton: Skeleton,
  place: string,
): { readonly index: number; readonly sample: PoseSample }[] {
  const json = parseJson(new TextDecoder().decode(bytes), place) as { people?: unknown } | null;
  const people = json?.people;
  if (!Array.isArray(people)) throw badShard(`${place}: expected { "people": [...] }`, { place });
  const count = skeleton.keypoints.length;
  return people.map((person: ShardPerson, i) => {
    const wrong = whatIsWrong(person, count);
    if (wrong) throw badShard(`${place}: people[${i}].${wrong}`, { place });
    const { index, keypoints, visibility, ...rest } = person;
    const sample = {
      ...rest,
      keypoints: Float32Array.from(keypoints, (value) => value ?? 0),
      visibility: Uint8Array.from(visibility),
    };
    return { index, sample };
  });
}

function whatIsWrong(person: Partial<ShardPerson> | null, count: number): string | undefined {
  if (typeof person !== 'object' || person === null) return 'is no object';
  const { index, id, file, imageSize, box, keypoints, visibility } = person;
  if (!isCount(index)) return `index: expected a whole number, got ${String(index)}`;
  if (!Number.isFinite(id)) return `id: expected a number, got ${String(id)}`;
  if (typeof file !== 'string') return `file: expected a name, got ${String(file)}`;
  if (!isCount(imageSize?.width) || !isCount(imageSize?.height))
    return 'imageSize: expected a size';
  const sides = [box?.x, box?.y, box?.width, box?.height];
  if (!sides.every((side) => Number.isFinite(side))) return 'box: expected x, y, width, height';
  const numbers =
    Array.isArray(keypoints) && keypoints.every((v) => v === null || Number.isFinite(v));
  if (!numbers || keypoints.length !== 2 * count) return `keypoints: expected ${2 * count} numbers`;
  const flags = Array.isArray(visibility) && visibility.every((v) => [0, 1, 2].includes(v));
  if (!flags || visibility.length !== count) return `visibility: expected ${count} of 0, 1 and 2`;
  return undefined;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw badShard(`${place} is not JSON (${(cause as Error).message})`, { place }, { cause });
  }
}

export function badShard(
  what: string,
  details: Readonly<Record<string, unknown>>,
  options?: ErrorOptions,
): DatasetError {
  return new DatasetError('BAD_SHARD', `${what}. Fetch or write it again.`, details, options);
}
