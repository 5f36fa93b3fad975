import type { CocoColumns, CocoTable } from './table.js';

const MAGIC = 'pose-distill index 1\n';
const ALIGN = 8;
const TYPES = { Float32Array, Float64Array, Int32Array, Uint8Array, Uint32Array } as const;
type TypeName = keyof typeof TYPES;

interface Header {
  /** What the index was made from; it counts only while that is the same. */
  readonly key: string;
  readonly columns: readonly (readonly [name: string, type: TypeName, length: number])[];
  readonly checksum: number;
  readonly hasSkeleton: boolean;
  readonly categories: CocoTable['categories'];
  readonly problems: CocoTable['problems'];
  readonly skippedRecords: number;
}

/** Before the header: its length and its checksum. */
const PREFIX = 8;

/** Sum of bytes that notices what a disk or a broken copy changes. */
export type Checksum = (bytes: Uint8Array) => number;

/**
 * The bytes of an index, in parts to be written one after another: a line that names the form and its version, length and
 * checksum of the header, a header of JSON, then the columns, each from a multiple of 8.
 */
export function tableToBytes(table: CocoTable, key: string, checksum: Checksum): Uint8Array[] {
  const { columns, ...rest } = table;
  const entries = Object.entries(columns) as [string, CocoColumns[keyof CocoColumns]][];
  const body = new Uint8Array(entries.reduce((sum, [, { byteLength }]) => sum + up(byteLength), 0));
  let at = 0;
  for (const [, { buffer, byteOffset, byteLength }] of entries) {
    body.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += up(byteLength);
  }
  const header: Header = {
    key,
    columns: entries.map(([name, values]) => [name, typeName(values), values.length]),
    checksum: checksum(body),
    ...rest,
  };
  const text = JSON.stringify(header);
  const encoded = new TextEncoder().encode(text);
  const start = up(MAGIC.length + PREFIX + encoded.length);
  const head = new Uint8Array(start).fill(0x20);
  head.set(new TextEncoder().encode(MAGIC));
  head.set(encoded, MAGIC.length + PREFIX);
  const view = new DataView(head.buffer);
  view.setUint32(MAGIC.length, start - MAGIC.length - PREFIX, true);
  view.setUint32(MAGIC.length + 4, checksum(head.subarray(MAGIC.length + PREFIX)), true);
  return [head, body];
}

/** The table in an index's bytes; undefined when they are another version's, another file's, cut short or damaged. */
export function tableFromBytes(
  bytes: Uint8Array,
  key: string,
  checksum: Checksum,
): CocoTable | undefined {
  const start = MAGIC.length + PREFIX;
  if (bytes.length < start) return undefined;
  const decoder = new TextDecoder();
  if (decoder.decode(bytes.subarray(0, MAGIC.length)) !== MAGIC) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = start + view.getUint32(MAGIC.length, true);
  if (end > bytes.length) return undefined;
  const text = bytes.subarray(start, end);
  if (checksum(text) !== view.getUint32(MAGIC.length + 4, true)) return undefined;
  const header = JSON.parse(decoder.decode(text)) as Header;
  if (header.key !== key) return undefined;
  const body = bytes.subarray(end);
  if (checksum(body) !== header.checksum) return undefined;
  const columns: Record<string, unknown> = {};
  let at = end;
  for (const [name, type, length] of header.columns) {
    const Type = TYPES[type];
    columns[name] = new Type(bytes.buffer as ArrayBuffer, bytes.byteOffset + at, length);
    at += up(length * Type.BYTES_PER_ELEMENT);
  }
  const { hasSkeleton, categories, problems, skippedRecords } = header;
  const rest = { hasSkeleton, categories, problems, skippedRecords };
  return { ...rest, columns: columns as unknown as CocoColumns };
}

function typeName(values: object): TypeName {
  return Object.prototype.toString.call(values).slice('[object '.length, -1) as TypeName;
}

function up(bytes: number): number {
  return Math.ceil(bytes / ALIGN) * ALIGN;
}
