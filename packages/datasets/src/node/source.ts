import { DatasetError } from '../error.js';
import type { SyntheticSpec } from '../synthetic.js';
import type { ReadImageOptions } from '../types.js';

/** Data sets whose folders are known, by the short name that stands before the colon. */
export const ANNOTATION_KINDS = [
  'coco',
  'crowdpose',
  'mpii',
  'lsp',
  'aic',
  'ochuman',
  'mhp',
  'jhmdb',
] as const;
export type AnnotationKind = (typeof ANNOTATION_KINDS)[number];

/** How a folder is read. */
export interface FolderSettings {
  /** Annotation file, relative to the folder. @default the one that the data set's own layout has for the split */
  readonly annotations?: string;
  /** Folder that the file names are relative to. @default the first of the usual ones that has one of the pictures */
  readonly images?: string;
  /** Detector's boxes (`[{ image_id, category_id, bbox, score }]`), relative to the folder: these become the samples. */
  readonly detections?: string;
  /** Detections with a lower score are not taken. @default 0 */
  readonly minimumScore?: number;
  /** What to do about records with errors: stop, or leave them out and count them. @default 'throw' */
  readonly onBadRecord?: 'throw' | 'skip';
  /**
   * What to do about pictures that are not there: stop, leave their people out, or not look at all (for evaluation, which
   * needs none). @default 'throw'
   */
  readonly onMissingImage?: 'throw' | 'skip' | 'ignore';
  /**
   * Where the compact index of a large annotation file is kept, so that it opens at once the next time: `beside` it (with
   * the ending `.index`, when the folder can be written), in another folder, or nowhere.
   * @default { minimumBytes: 2 ** 25 } beside files of 32 MiB and more
   */
  readonly index?:
    | 'beside'
    | 'none'
    | { readonly directory?: string; readonly minimumBytes?: number };
  /** MPII's own .mat and LSP only: people of these pictures are `val`, all others `train`. A text file, one name a line. */
  readonly validationList?: string;
  /** How the pictures become pixels: EXIF orientation, colour profiles, largest size. @default as `readImageFile` */
  readonly reading?: ReadImageOptions;
}

/** A data set in files. */
export interface FolderSource extends FolderSettings {
  readonly kind: AnnotationKind;
  /** The folder, or the annotation file itself (`.json`, `.mat`). */
  readonly directory: string;
}

/** Where a data set comes from, as plain data. */
export type SourceSpec = FolderSource | SyntheticSpec;

const FORMS =
  '`coco:DIR` (or ' +
  `${ANNOTATION_KINDS.slice(1).join(', ')}; DIR or an annotation file), \`synthetic\` or ` +
  '`synthetic:{"count":500,"seed":1}`';

/**
 * Reads the short form of a source: `coco:DIR`, `mpii:DIR`, `coco:FILE.json`, `synthetic`, `synthetic:{"count":500}`. A spec
 * passes through.
 * @throws DatasetError `OUT_OF_RANGE` for anything else.
 */
export function parseSource(source: string | SourceSpec): SourceSpec {
  if (typeof source !== 'string') return checkKind(source, JSON.stringify(source));
  const colon = source.indexOf(':');
  const kind = colon < 0 ? source : source.slice(0, colon);
  const rest = colon < 0 ? '' : source.slice(colon + 1);
  if (isAnnotationKind(kind) && rest !== '') return { kind, directory: rest };
  if (kind === 'synthetic') return { ...parseOptions(rest, source), kind };
  throw unknownSource(`'${source}'`);
}

function isAnnotationKind(kind: unknown): kind is AnnotationKind {
  return (ANNOTATION_KINDS as readonly unknown[]).includes(kind);
}

const SYNTHETIC_OPTIONS: readonly string[] = [
  'kind',
  'count',
  'validation',
  'seed',
  'size',
  'skeleton',
  'people',
  'crowding',
  'truncation',
  'motionBlur',
  'occluders',
  'cacheBytes',
];

function parseOptions(text: string, source: string): Partial<SyntheticSpec> {
  if (text === '') return {};
  let options: unknown;
  try {
    options = JSON.parse(text);
  } catch {
    throw unknownSource(`'${source}', whose options are not JSON`);
  }
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw unknownSource(`'${source}'`);
  }
  const stranger = Object.keys(options).find((name) => !SYNTHETIC_OPTIONS.includes(name));
  if (stranger === undefined) return options;
  throw unknownSource(
    `'${source}' with the unknown option '${stranger}' (known: ${SYNTHETIC_OPTIONS.join(', ')})`,
  );
}

function checkKind(source: SourceSpec, shown: string): SourceSpec {
  if (source.kind === 'synthetic') return source;
  if (isAnnotationKind(source.kind) && typeof source.directory === 'string') {
    return checkFolderSource(source);
  }
  throw unknownSource(shown);
}

const CHOICES = {
  onBadRecord: ['throw', 'skip'],
  onMissingImage: ['throw', 'skip', 'ignore'],
} as const;
const FOLDER_SETTINGS: readonly string[] = [
  'kind',
  'directory',
  'annotations',
  'images',
  'detections',
  'minimumScore',
  'index',
  'validationList',
  'reading',
  ...Object.keys(CHOICES),
];

/** Settings that nobody knows would change nothing, silently. @throws DatasetError `OUT_OF_RANGE` */
export function checkFolderSource(source: FolderSource): FolderSource {
  const stranger = Object.keys(source).find((name) => !FOLDER_SETTINGS.includes(name));
  if (stranger !== undefined) {
    const message = `source: '${stranger}' is no setting of a folder; there are ${FOLDER_SETTINGS.join(', ')}.`;
    throw new DatasetError('OUT_OF_RANGE', message, { setting: stranger });
  }
  for (const [name, choices] of Object.entries(CHOICES)) {
    const value = source[name as keyof typeof CHOICES];
    if (value === undefined || (choices as readonly string[]).includes(value)) continue;
    const expected = choices.map((choice) => `'${choice}'`).join(' or ');
    const message = `${name}: expected ${expected}, got ${JSON.stringify(value)}.`;
    throw new DatasetError('OUT_OF_RANGE', message, { [name]: value });
  }
  return source;
}

function unknownSource(got: string): DatasetError {
  return new DatasetError('OUT_OF_RANGE', `source: expected ${FORMS}, got ${got}.`, { got });
}
