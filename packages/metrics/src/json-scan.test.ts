import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createJsonScan } from './json-scan.js';

const encoder = new TextEncoder();

/** Reads {"a": TEXT}; undefined where it is left to JSON.parse. */
function read(text: string): number | undefined {
  const scan = createJsonScan(['a']);
  const bytes = encoder.encode(`{"a":${text}}`);
  if (!scan.open(bytes, 0, bytes.length) || scan.name() !== 0 || !scan.number()) return undefined;
  return !scan.more() && scan.done() ? scan.value : undefined;
}

describe('numbers', () => {
  it('are those of JSON.parse for what JavaScript and Python write', () => {
    const doubles = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.double({ min: 0, max: 2000, noNaN: true }).map(Math.fround),
      fc.double({ min: 0, max: 2000, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    );
    fc.assert(
      fc.property(doubles, (value) => {
        const text = JSON.stringify(value);
        expect(read(text)).toBe(JSON.parse(text));
      }),
      { numRuns: 5000 },
    );
  });

  it('are those of JSON.parse for any digits', () => {
    const digits = (length: number) =>
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: length });
    const texts = fc
      .tuple(
        fc.boolean(),
        fc.integer({ min: 0, max: 99999 }),
        digits(24),
        fc.constantFrom('', 'e3', 'E-7'),
      )
      .map(
        ([negative, whole, fraction, exponent]) =>
          `${negative ? '-' : ''}${whole}.${fraction.join('')}${exponent}`,
      );
    fc.assert(
      fc.property(texts, (text) => {
        expect(Object.is(read(text), JSON.parse(text))).toBe(true);
      }),
      { numRuns: 20000 },
    );
  });

  it('next to the middle of two doubles are rounded to the right side', () => {
    // Halfway between 1 and the next double, cut to 16 to 19 digits, and the neighbours of those decimals.
    for (const base of [
      '1.00000000000000011102230246251565',
      '9007199254740993',
      '4503599627370497.5',
    ]) {
      for (let length = 15; length <= base.length; length++) {
        for (const last of ['', '0', '1', '5', '9']) {
          const text = base.slice(0, length).replace(/\.$/, '') + (base.includes('.') ? last : '');
          expect([text, read(text)]).toEqual([text, JSON.parse(text)]);
        }
      }
    }
  });

  it.each([
    '01',
    '-',
    '+1',
    '.5',
    '1.',
    '1e',
    '1e+',
    '0x1',
    'NaN',
    '-Infinity',
    '1 2',
    '--1',
    '',
  ])('that JSON does not have are refused: %s', (text) => expect(read(text)).toBeUndefined());
});

describe('members', () => {
  const members = (text: string): unknown => {
    const scan = createJsonScan(['list', 'n']);
    const bytes = encoder.encode(text);
    const found: unknown[] = [];
    const out = new Float64Array(4);
    for (let more = scan.open(bytes, 0, bytes.length); more; more = scan.more()) {
      const name = scan.name();
      if (name === 0) found.push([...out.subarray(0, scan.numbers(out))]);
      else if (name === 1) found.push(scan.number() && scan.value);
      else scan.skip();
    }
    return scan.done() ? found : undefined;
  };

  it('are found among others', () => {
    expect(
      members(
        '{ "x" : [[1, 2.5], [-3e2]], "list":[1,2 , 3],"y":"te}xt", "z":null,"n" : -0.5 ,"w":true}',
      ),
    ).toEqual([[1, 2, 3], -0.5]);
    expect(members('{}')).toEqual([]);
  });

  it.each([
    '{"list":[1,2,3,4,5]}',
    '{"list":[1,]}',
    '{"list":[1 2]}',
    '{"n":1,}',
    '{"n":1',
    '{"n" 1}',
    '{n:1}',
    '{"x":{"n":1}}',
    '{"x":"a\\"b","n":1}',
    '{"\\u006e":1}',
    '{"x":[1,[2]}',
    '{"x":[],"n":tru}',
    '{"n":1}}',
    '[1]',
  ])('of other forms are left to JSON.parse: %s', (text) => {
    expect(members(text)).toBeUndefined();
  });
});
