import { describe, expect, it } from 'vitest';
import { parseNpy } from './npy.js';

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

  it.each([
    [Uint8Array.of(1, 2, 3), /magic/],
    [npy('<c8', '(1,)', new Uint8Array(8)), /<c8/],
    [npy('<f4', '(4,)', new Uint8Array(8)), /cut short: 16 data bytes expected, 8 found/],
    [npy('<f4', '(2,)', new Uint8Array(8), 'True'), /Fortran/],
  ])('refuses what it cannot read', (file, message) => {
    expect(() => parseNpy(file)).toThrow(message);
  });
});
