import { DatasetError } from '../error.js';
import type { SyntheticSpec } from '../synthetic.js';

/** A folder of COCO's person-keypoints form. */
export interface CocoSource {
  readonly kind: 'coco';
  readonly directory: string;
  /** Annotation file. @default the only `person_keypoints_<split>*.json` in the folder or its `annotations/` */
  readonly annotations?: string;
  /** Folder that the file names are relative to. @default the first of the usual ones that has the first picture */
  readonly images?: string;
  /** What to do about annotations with errors. @default 'throw' */
  readonly invalid?: 'throw' | 'leave-out';
}

/** Where a data set comes from, as plain data. */
export type SourceSpec = CocoSource | SyntheticSpec;

const FORMS = '`coco:DIR`, `synthetic` or `synthetic:{"count":500,"seed":1}`';

/**
 * Reads the short form of a source: `coco:DIR`, `synthetic`, `synthetic:{"count":500}`. A spec passes through.
 * @throws DatasetError `OUT_OF_RANGE` for anything else.
 */
export function parseSource(source: string | SourceSpec): SourceSpec {
  if (typeof source !== 'string') return checkKind(source, JSON.stringify(source));
  const colon = source.indexOf(':');
  const kind = colon < 0 ? source : source.slice(0, colon);
  const rest = colon < 0 ? '' : source.slice(colon + 1);
  if (kind === 'coco' && rest !== '') return { kind, directory: rest };
  if (kind === 'synthetic') return { ...parseOptions(rest, source), kind };
  throw unknownSource(`'${source}'`);
}

function parseOptions(text: string, source: string): Partial<SyntheticSpec> {
  if (text === '') return {};
  let options: unknown;
  try {
    options = JSON.parse(text);
  } catch {
    throw unknownSource(`'${source}', whose options are not JSON`);
  }
  const known = ['kind', 'count', 'validation', 'seed', 'size', 'cacheBytes'];
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw unknownSource(`'${source}'`);
  }
  const stranger = Object.keys(options).find((name) => !known.includes(name));
  if (stranger === undefined) return options;
  throw unknownSource(
    `'${source}' with the unknown option '${stranger}' (known: ${known.join(', ')})`,
  );
}

function checkKind(source: SourceSpec, shown: string): SourceSpec {
  if (source.kind === 'synthetic') return source;
  if (source.kind === 'coco' && typeof source.directory === 'string') return source;
  throw unknownSource(shown);
}

function unknownSource(got: string): DatasetError {
  return new DatasetError('OUT_OF_RANGE', `source: expected ${FORMS}, got ${got}.`, { got });
}
