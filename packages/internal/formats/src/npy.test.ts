import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isNpy, parseNpy } from './npy.js';

const GOLDEN = new URL('../test/golden/', import.meta.url);

function npy(descr: string, shape: string, body: Uint8Array, fortran = 'False'): Uint8Array {
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`;
  const header = `${text.padEnd(117)}\n`;
  const start = Uint8Array.of(
    0x93,
    ...Buffer.from('NUMPY'),
    1,
    0,
    header.length & 255,
    header.length >> 8,
  );
  return Uint8Array.from([...start, ...Buffer.from(header), ...body]);
}

/** Integers are listed as text, so that 64 bits survive; infinities too. */
function numberOf(value: number | string): number | string {
  if (value === 'inf') return Number.POSITIVE_INFINITY;
  return value === '-inf' ? Number.NEGATIVE_INFINITY : value;
}

describe('parseNpy', () => {
  it('reads values and shape', () => {
    const body = new Uint8Array(Float32Array.of(1, 2.5, -3, 4, 5, 6).buffer);
    const { data, shape } = parseNpy(npy('<f4', '(2, 3)', body));
    expect(shape).toEqual([2, 3]);
    expect([...(data as Float32Array)]).toEqual([1, 2.5, -3, 4, 5, 6]);
  });

  it('reads a Node Buffer that lies inside a larger one', () => {
    const file = npy('|u1', '(3,)', Uint8Array.of(7, 8, 9));
    const around = Buffer.concat([Buffer.alloc(5), file]);
    expect([...parseNpy(around.subarray(5)).data]).toEqual([7, 8, 9]);
  });

  it('reads a scalar and a one-axis array of 64-bit integers', () => {
    const body = new Uint8Array(BigInt64Array.of(7n).buffer);
    expect(parseNpy(npy('<i8', '()', body)).shape).toEqual([]);
    expect(parseNpy(npy('<i8', '(1,)', body)).data[0]).toBe(7n);
  });

  const listed = JSON.parse(readFileSync(new URL('npy.json', GOLDEN), 'utf8')) as Record<
    string,
    [number, number, number[], (number | string | null)[]]
  >;
  it(`reads ${Object.keys(listed).length} files of NumPy: all types, orders and versions`, () => {
    const all = new Uint8Array(readFileSync(new URL('npy.bin', GOLDEN)));
    for (const [name, [from, length, shape, values]] of Object.entries(listed)) {
      const file = all.subarray(from, from + length);
      expect(isNpy(file)).toBe(true);
      const read = parseNpy(file);
      expect(read.shape, name).toEqual(shape);
      const right = values.map((v) => (v === null ? Number.NaN : numberOf(v)));
      const found = Array.from<number | bigint, number | string>(read.data, (v) =>
        typeof v === 'bigint' ? String(v) : v,
      );
      expect(
        found.map((v) => (typeof v === 'string' ? BigInt(v) : v)),
        name,
      ).toEqual(typeof found[0] === 'string' ? right.map(BigInt) : right.map(Number));
    }
  });

  it.each([
    [Uint8Array.of(1, 2, 3), /magic/],
    [npy('<c8', '(1,)', new Uint8Array(8)), /<c8/],
    [npy('<f4', '(4,)', new Uint8Array(8)), /cut short: 16 data bytes expected, 8 found/],
    [npy('<f4', '(4,)', new Uint8Array(8)).subarray(0, 60), /ends in its header/],
    [npy('<f4', '(2, x)', new Uint8Array(8)), /its header is/],
    [npy('|O', '(2,)', new Uint8Array(8)), /type \|O is not read/],
    [npy('<f4', '(2,)', new Uint8Array(8)).fill(9, 6, 7), /format 9/],
  ])('refuses what it cannot read', (file, message) => {
    expect(() => parseNpy(file)).toThrow(message);
  });
});
