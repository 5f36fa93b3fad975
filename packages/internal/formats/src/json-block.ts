import { FormatError } from './format-error.js';

/** Where each record of a block lies: byte offset in the document and length in bytes. */
export interface JsonRecordPlaces {
  readonly offsets: Float64Array;
  readonly lengths: Uint32Array;
}

const decoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The records of a block's bytes, `{...},{...}`: one JSON.parse for all, which is much faster than one for each. */
export function parseBlock(
  block: Uint8Array,
  places: JsonRecordPlaces,
  member: string | null,
  firstIndex: number,
): unknown[] {
  try {
    return JSON.parse(`[${decoder.decode(block)}]`) as unknown[];
  } catch {
    const start = places.offsets[0] ?? 0;
    for (let i = 0; i < places.offsets.length; i++) {
      const at = places.offsets[i]! - start;
      const bytes = block.subarray(at, at + places.lengths[i]!);
      parseOne(bytes, places.offsets[i]!, member, firstIndex + i);
    }
    throw notJson('its records do not stand alone', start, member, firstIndex);
  }
}

/** The one value that `bytes` hold; an error names its offset in the document, its member and, in an array, its index. */
export function parseOne(
  bytes: Uint8Array,
  offset: number,
  member: string | null,
  index?: number,
): unknown {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw notJson('bytes that are not UTF-8', offset, member, index);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const nan = /[[,:\s](NaN|-?Infinity)/.exec(` ${text}`)?.[1];
    const why = nan ? `${nan}, which JSON does not have` : (error as Error).message;
    throw notJson(why, offset, member, index);
  }
}

export function notJson(
  why: string,
  offset: number,
  member: string | null,
  index?: number,
): FormatError {
  return new FormatError('BAD_FORMAT', `not JSON${where(offset, member, index)}: ${why}`, {
    offset,
    ...(member === null ? {} : { member }),
    ...(index === undefined ? {} : { record: index }),
  });
}

export function where(offset: number, member: string | null, index?: number): string {
  const inside = member === null ? '' : `, in member "${member}"`;
  return ` at byte ${offset}${inside}${index === undefined ? '' : `, record ${index}`}`;
}
