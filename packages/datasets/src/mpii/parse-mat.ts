import type { MatStruct, MatValue } from '@pose-distill/internal-formats';
import { mpii16 } from '@pose-distill/skeletons';
import type { Report } from '../coco/report.js';
import { readMat } from '../mat-file.js';
import {
  type CheckedAnnotations,
  type CheckOptions,
  type ParsedAnnotations,
  type ParseOptions,
  requireUsable,
} from '../parsed.js';
import { createPeople, type People, type RawPerson } from '../people.js';
import { boxFromScale } from './person.js';

export interface MpiiMatOptions extends CheckOptions {
  /** Which people: `separated` leaves out those near others (`single_person`). @default 'all' */
  readonly people?: 'all' | 'separated';
  /** Pictures to take. @default all of the training part */
  readonly keep?: (file: string) => boolean;
}

const K = mpii16.keypoints.length;

/**
 * Reads MPII's own annotation file, `mpii_human_pose_v1_u12_1.mat` (MATLAB 5): the people of its training part that have
 * keypoints, with `headBox`, hidden keypoints as `visibility` 1, and box and scale as `parseMpii` gives them. The test part has
 * no keypoints and is passed over.
 *
 * @throws DatasetError `BAD_ANNOTATION` for a file of another form or MATLAB version (with what to do), and as
 * `parseCocoKeypoints`.
 * @see Andriluka et al., CVPR 2014
 * @example
 * const { samples } = await parseMpiiMat(await readFile('mpii_human_pose_v1_u12_1.mat'));
 * samples.length; // 28883
 */
export async function parseMpiiMat(
  bytes: Uint8Array,
  options: MpiiMatOptions & ParseOptions = {},
): Promise<ParsedAnnotations> {
  const { file = 'The annotation file' } = options;
  return requireUsable(await checkMpiiMat(bytes, { ...options, file }), options);
}

/** As `parseMpiiMat`, but reports problems of people as data; throws only when the file cannot be read at all. */
export async function checkMpiiMat(
  bytes: Uint8Array,
  options: MpiiMatOptions & Pick<ParseOptions, 'file'> = {},
): Promise<CheckedAnnotations> {
  const { file = 'The annotation file' } = options;
  return (await gatherMpiiMat(bytes, { ...options, file })).finish(options.imageSize);
}

/** The people of a file, before it is known how large the pictures are. */
export function gatherMpiiMat(
  bytes: Uint8Array,
  options: Omit<MpiiMatOptions, 'imageSize'> & { readonly file: string },
): Promise<People> {
  return readMat(bytes, 'RELEASE', options.file, (release) => gather(release, options));
}

function gather(release: MatValue, options: Omit<MpiiMatOptions, 'imageSize'>): People {
  const { base = 1, people: wanted = 'all', keep = () => true } = options;
  const people = createPeople(mpii16);
  const annolist = structOf(release, 'annolist');
  if (!annolist?.fields.includes('image')) {
    const message = "expected the struct array 'RELEASE.annolist' with 'image' and 'annorect'";
    people.report.error('NOT_MPII', 'RELEASE', message);
    return people;
  }
  const training = numbersOf(fieldOf(release as MatStruct, 'img_train'));
  const separated = fieldOf(release as MatStruct, 'single_person');
  for (let i = 0; i < annolist.length; i++) {
    if (training && training[i] !== 1) continue;
    const path = `annolist(${i + 1})`;
    const file = textOf(structOf(annolist.get('image', i), 'name'));
    if (file === undefined) {
      people.report.error('MISSING_FIELD', path, "has no 'image.name'");
      people.add(false);
      continue;
    }
    const rects = fieldOf(annolist, 'annorect', i);
    if (!keep(file) || rects?.kind !== 'struct') continue;
    const alone = separated?.kind === 'cell' ? numbersOf(separated.get(i)) : undefined;
    for (let r = 0; r < rects.length; r++) {
      if (wanted === 'separated' && !alone?.includes(r + 1)) continue;
      const read = readRect(rects, r, file, `${path}.annorect(${r + 1})`, base, people.report);
      if (read !== undefined) people.add(read);
    }
  }
  return people;
}

/** One person; undefined for a head without keypoints. */
function readRect(
  rects: MatStruct,
  r: number,
  file: string,
  path: string,
  base: 0 | 1,
  report: Report,
): RawPerson | false | undefined {
  const points = structOf(fieldOf(rects, 'annopoints', r), 'point');
  if (points?.kind !== 'struct' || points.length === 0) return undefined;
  const keypoints = new Float64Array(2 * K);
  const visibility = new Uint8Array(K);
  for (let p = 0; p < points.length; p++) {
    const [id, x, y] = ['id', 'x', 'y'].map((name) => numberOf(fieldOf(points, name, p)));
    if (id === undefined || !(id >= 0 && id < K) || x === undefined || y === undefined) {
      const message = `expected x, y and an id of 0..${K - 1}, got ${x}, ${y} and ${id}`;
      report.error('WRONG_TYPE', `${path}.annopoints.point(${p + 1})`, message);
      return false;
    }
    keypoints[2 * id] = x - base;
    keypoints[2 * id + 1] = y - base;
    // Empty for head top and upper neck, which were not asked for.
    visibility[id] = flagOf(fieldOf(points, 'is_visible', p)) === 0 ? 1 : 2;
  }
  const [x1, y1, x2, y2] = ['x1', 'y1', 'x2', 'y2'].map((name) =>
    numberOf(fieldOf(rects, name, r)),
  );
  const head =
    x1 === undefined || y1 === undefined || x2 === undefined || y2 === undefined
      ? undefined
      : { x: x1 - base, y: y1 - base, width: x2 - x1, height: y2 - y1 };
  const scale = numberOf(fieldOf(rects, 'scale', r));
  const objpos = fieldOf(rects, 'objpos', r);
  const [x, y] = ['x', 'y'].map((name) => numberOf(structOf(objpos, name)));
  const known = scale !== undefined && x !== undefined && y !== undefined;
  const placed = known ? boxFromScale([x, y], scale, base) : undefined;
  return { path, file, keypoints, visibility, headBox: head, ...placed };
}

function fieldOf(value: MatStruct, name: string, index = 0): MatValue | undefined {
  if (value.kind !== 'struct' || !value.fields.includes(name)) return undefined;
  return index < value.length ? value.get(name, index) : undefined;
}

/** A field of a single struct, if it is one and has it; the value itself for any kind. */
function structOf(value: MatValue | undefined, name: string): MatStruct | undefined {
  return (value?.kind === 'struct' ? fieldOf(value, name) : undefined) as MatStruct | undefined;
}

function numbersOf(value: MatValue | undefined): number[] | undefined {
  if (value?.kind !== 'numeric' && value?.kind !== 'logical') return undefined;
  return Array.from(value.data as ArrayLike<number | bigint>, Number);
}

function numberOf(value: MatValue | undefined): number | undefined {
  if (value?.kind !== 'numeric' && value?.kind !== 'logical') return undefined;
  return value.data.length > 0 ? Number(value.data[0]) : undefined;
}

/** 0 or 1, written as number, truth value or text. */
function flagOf(value: MatValue | undefined): number | undefined {
  const text = textOf(value);
  return text === undefined ? numberOf(value) : text === '' ? undefined : Number(text);
}

function textOf(value: MatValue | undefined): string | undefined {
  return value?.kind === 'char' ? (value.rows[0] ?? '').trimEnd() : undefined;
}
