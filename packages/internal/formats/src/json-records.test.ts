import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from './format-error.js';
import {
  createJsonRecordReader,
  type JsonRecordOptions,
  type JsonRecordSummary,
  readJsonRecords,
} from './json-records.js';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function pieces(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const cut: Uint8Array[] = [];
  for (let from = 0, n = 0; from < bytes.length; n++) {
    const size = sizes[n % sizes.length]!;
    // A copy, as a stream that reuses its buffer would give.
    cut.push(bytes.slice(from, from + size));
    from += size;
  }
  return cut;
}

interface Read {
  summary: JsonRecordSummary;
  arrays: Map<string | null, unknown[]>;
  values: Map<string, unknown>;
}

function read(
  text: string | Uint8Array,
  sizes: readonly number[] = [1 << 20],
  options: JsonRecordOptions = {},
  members?: readonly string[],
): Read {
  const bytes = typeof text === 'string' ? encode(text) : text;
  const arrays = new Map<string | null, unknown[]>();
  const values = new Map<string, unknown>();
  const reader = createJsonRecordReader(
    {
      ...(members && { members }),
      records(member, records, firstIndex, places) {
        const all = arrays.get(member) ?? [];
        expect(firstIndex).toBe(all.length);
        expect(places.offsets.length).toBe(records.length);
        records.forEach((record, i) => {
          const at = places.offsets[i]!;
          const own = bytes.subarray(at, at + places.lengths[i]!);
          expect(JSON.parse(new TextDecoder().decode(own))).toEqual(record);
        });
        all.push(...records);
        arrays.set(member, all);
      },
      value: (member, value) => values.set(member, value),
    },
    options,
  );
  for (const piece of pieces(bytes, sizes)) reader.write(piece);
  return { summary: reader.end(), arrays, values };
}

function failure(text: string | Uint8Array, sizes?: readonly number[]): FormatError {
  try {
    read(text, sizes);
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const json = fc.jsonValue({ stringUnit: 'binary', maxDepth: 3 });
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
const blockBytes = fc.integer({ min: 1, max: 200 });
const indent = fc.constantFrom(undefined, 1, '\t', '\r\n ');

describe('readJsonRecords', () => {
  it('reads any array as JSON.parse does, however it is cut', () => {
    fc.assert(
      fc.property(fc.array(json), sizes, blockBytes, indent, (records, cut, block, space) => {
        const text = JSON.stringify(records, null, space);
        const { arrays, summary } = read(text, cut, { blockBytes: block });
        expect(arrays.get(null)).toEqual(JSON.parse(text));
        expect(summary).toEqual({
          root: 'array',
          bytes: encode(text).length,
          counts: new Map([[null, records.length]]),
        });
      }),
      { numRuns: 300 },
    );
  });

  it('reads any object as JSON.parse does', () => {
    const members = fc.dictionary(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.oneof(fc.array(json), json),
    );
    fc.assert(
      fc.property(members, sizes, blockBytes, indent, (document, cut, block, space) => {
        const text = JSON.stringify(document, null, space);
        const { arrays, values } = read(text, cut, { blockBytes: block });
        const found = Object.fromEntries([...arrays, ...values]);
        expect(found).toEqual({ ...(JSON.parse(text) as object) });
      }),
      { numRuns: 300 },
    );
  });

  it('passes over members that are not wanted', () => {
    const text = '{"a": [1, {"]": "}"}], "b": {"x": [1]}, "c": [[2, "\\"["], []], "d": 1.5e3}';
    for (const size of [1, 2, 3, 100]) {
      const { arrays, values, summary } = read(text, [size], {}, ['c', 'd', 'missing']);
      expect([...arrays]).toEqual([['c', [[2, '"['], []]]]);
      expect([...values]).toEqual([['d', 1500]]);
      expect([...summary.counts]).toEqual([
        ['c', 2],
        ['d', null],
      ]);
    }
  });

  it('takes a byte order mark, white space and escaped names', () => {
    const text = '\ufeff \r\n\t{ "caf\\u00e9" : [ "é\\\\" , null,true ] } \n';
    for (const size of [1, 2, 7, 100])
      expect([...read(text, [size]).arrays]).toEqual([['café', ['é\\', null, true]]]);
  });

  it('gives an empty array as one empty block', () => {
    expect([...read('{"a":[ ],"b":[]}').arrays]).toEqual([
      ['a', []],
      ['b', []],
    ]);
  });

  it('hands over blocks of the asked size, unparsed if asked', () => {
    const text = JSON.stringify(Array.from({ length: 100 }, (_, i) => ({ i })));
    const blocks: string[] = [];
    const reader = createJsonRecordReader(
      { bytes: (_, bytes) => blocks.push(new TextDecoder().decode(bytes)) },
      { blockBytes: 60 },
    );
    reader.write(encode(text));
    reader.end();
    expect(blocks.length).toBeGreaterThan(10);
    expect(Math.max(...blocks.map((b) => b.length))).toBeLessThan(80);
    expect(`[${blocks.join(',')}]`).toBe(text);
  });

  it('does not grow beyond a block, nor for what is skipped', () => {
    const record = encode('{"counts":"0123456789012345678901234567890123456789"},');
    let largest = 0;
    const reader = createJsonRecordReader(
      { members: ['a'], bytes: (_, b) => (largest = Math.max(largest, b.buffer.byteLength)) },
      { blockBytes: 4096 },
    );
    for (const member of ['b', 'a']) {
      reader.write(encode(member === 'b' ? '{"b":[' : ',"a":['));
      for (let i = 0; i < 200_000; i++) reader.write(record);
      reader.write(encode('0]'));
    }
    reader.write(encode('}'));
    expect(reader.end().bytes).toBeGreaterThan(2e7);
    expect(largest).toBeLessThan(1e6);
  });

  it('reads an asynchronous source', async () => {
    async function* source(): AsyncGenerator<Uint8Array> {
      for (const piece of pieces(encode('[{"a":1},2]'), [2])) yield piece;
    }
    const all: unknown[] = [];
    const summary = await readJsonRecords(source(), { records: (_, r) => all.push(...r) });
    expect(all).toEqual([{ a: 1 }, 2]);
    expect(summary.counts.get(null)).toBe(2);
  });

  it('lets an error of a handler through', async () => {
    const handlers = {
      records(): void {
        throw new TypeError('mine');
      },
    };
    await expect(readJsonRecords([encode('[1]')], handlers)).rejects.toThrow(TypeError);
  });

  it.each<[string, FormatError['code'], Record<string, unknown>, RegExp]>([
    ['', 'CUT_SHORT', { offset: 0 }, /an array or an object is missing/],
    ['7', 'BAD_FORMAT', { offset: 0 }, /expected an array or an object, found 7/],
    ['[1, 2', 'CUT_SHORT', { offset: 5, record: 1 }, /end of a value/],
    ['[1, 2 ', 'CUT_SHORT', { offset: 6, record: 2 }, /a comma or ]/],
    ['{"a": [{"b": "', 'CUT_SHORT', { offset: 14, member: 'a', record: 0 }, /end of a value/],
    ['[1] 2', 'BAD_FORMAT', { offset: 4 }, /expected nothing more, found 2/],
    ['[1]]', 'BAD_FORMAT', { offset: 3 }, /nothing more/],
    ['[1,]', 'BAD_FORMAT', { offset: 3, record: 1 }, /expected a record, found ]/],
    ['[,1]', 'BAD_FORMAT', { offset: 1, record: 0 }, /a record or ], found ,/],
    ['[1 2]', 'BAD_FORMAT', { offset: 3, record: 1 }, /a comma or ], found 2/],
    ['[{"a":1}, {"a" 1}]', 'BAD_FORMAT', { offset: 10, record: 1 }, /record 1/],
    ['[{"a":1]]', 'BAD_FORMAT', { offset: 1, record: 0 }, /record 0/],
    ['[{"a":[1}}]', 'BAD_FORMAT', { offset: 1, record: 0 }, /record 0/],
    ['[1}', 'BAD_FORMAT', { offset: 2, record: 1 }, /found }/],
    ['[1,truth]', 'BAD_FORMAT', { offset: 3, record: 1 }, /record 1/],
    ['[{"s": NaN}]', 'BAD_FORMAT', { offset: 1, record: 0 }, /NaN, which JSON does not have/],
    ['{"a" [1]}', 'BAD_FORMAT', { offset: 5, member: 'a' }, /a colon, found \[/],
    ['{"a": [1],}', 'BAD_FORMAT', { offset: 10 }, /a member name, found }/],
    ['{a: 1}', 'BAD_FORMAT', { offset: 1 }, /a member name or }, found a/],
    ['{"a": [], "a": []}', 'BAD_FORMAT', { offset: 10 }, /a second member "a"/],
    ['{"a": +1}', 'BAD_FORMAT', { offset: 6, member: 'a' }, /a value, found \+/],
    ['{"a": {"b" 1}}', 'BAD_FORMAT', { offset: 6, member: 'a' }, /in member "a"/],
  ])('refuses %j', (text, code, details, message) => {
    for (const size of [1, 3, 1000]) {
      const error = failure(text, [size]);
      expect(error.code).toBe(code);
      expect(error.details).toEqual(details);
      expect(error.message).toMatch(message);
    }
  });

  it('refuses bytes that are not UTF-8 and UTF-16', () => {
    const bytes = encode('["a","b?"]');
    bytes[7] = 0xff;
    expect(failure(bytes).message).toMatch(/at byte 5, record 1: bytes that are not UTF-8/);
    expect(failure(Uint8Array.of(0xff, 0xfe, 0x5b, 0)).message).toMatch(/found byte 255/);
  });

  it('accepts no text that JSON.parse refuses', () => {
    const broken = fc
      .tuple(fc.array(json, { minLength: 1 }), fc.nat(), fc.constantFrom(...'[]{}",:1e \\'))
      .map(([records, at, put]) => {
        const text = JSON.stringify(records);
        const place = at % text.length;
        const cut = text.slice(0, place) + put + text.slice(place + 1);
        // Through bytes, since half a surrogate pair may be left.
        return new TextDecoder().decode(encode(cut));
      });
    fc.assert(
      fc.property(broken, sizes, blockBytes, (text, cut, block) => {
        let right: unknown;
        try {
          right = JSON.parse(text);
        } catch {
          expect(() => read(text, cut, { blockBytes: block })).toThrow(FormatError);
          return;
        }
        if (Array.isArray(right))
          expect(read(text, cut, { blockBytes: block }).arrays.get(null)).toEqual(right);
      }),
      { numRuns: 1000 },
    );
  });
});
