import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type NetworkError, readSafetensors, writeSafetensors } from './index.js';

/** A file with any header, right or wrong. */
function fileOf(header: unknown, body: ArrayLike<number> = [], length?: number): Uint8Array {
  const json = new TextEncoder().encode(
    typeof header === 'string' ? header : JSON.stringify(header),
  );
  const file = new Uint8Array(8 + json.length + body.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(length ?? json.length), true);
  file.set(json, 8);
  file.set(body, 8 + json.length);
  return file;
}

describe('safetensors', () => {
  it('reads what it writes', () => {
    const tensors = fc.dictionary(
      fc.string().filter((name) => name !== '__metadata__' && name !== '__proto__'),
      fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }).chain((shape) => {
        const size = shape.reduce((product, n) => product * n, 1);
        const values = fc.array(fc.float(), { minLength: size, maxLength: size });
        return values.map((list) => ({ shape, data: Float32Array.from(list) }));
      }),
    );
    fc.assert(
      fc.property(tensors, fc.dictionary(fc.string(), fc.string()), (written, metadata) => {
        const file = readSafetensors(writeSafetensors(written, metadata));
        expect({ ...file.metadata }).toEqual({ ...metadata });
        expect(Object.keys(file.tensors).sort()).toEqual(Object.keys(written).sort());
        for (const [name, { shape, data }] of Object.entries(written)) {
          expect(file.tensors[name]!.shape).toEqual(shape);
          expect(file.tensors[name]!.data).toEqual(data);
        }
      }),
    );
  });

  it('aligns the data to eight bytes and writes a slice of a buffer', () => {
    const data = new Float32Array([9, 1, 2]).subarray(1);
    const file = writeSafetensors({ a: { shape: [2], data } });
    expect(new DataView(file.buffer).getBigUint64(0, true) % 8n).toBe(0n);
    expect(readSafetensors(file).tensors.a!.data).toEqual(new Float32Array([1, 2]));
  });

  it('reads from the middle of a buffer', () => {
    const file = writeSafetensors({ a: { shape: [1], data: new Float32Array([3]) } });
    const larger = new Uint8Array(file.length + 3);
    larger.set(file, 3);
    expect(readSafetensors(larger.subarray(3)).tensors.a!.data[0]).toBe(3);
    // Node's files are Buffers, whose slice does not copy.
    const { data } = readSafetensors(Buffer.from(larger).subarray(3)).tensors.a!;
    expect(data).toEqual(new Float32Array([3]));
    expect(data.buffer.byteLength).toBe(4);
  });

  it('widens halves exactly', () => {
    const halves = [0x3c00, 0xc000, 0x7bff, 0x0001, 0x8000, 0x7c00, 0x3555, 0x0400];
    const bytes = halves.flatMap((half) => [half & 255, half >> 8]);
    const { data } = readSafetensors(
      fileOf({ a: { dtype: 'F16', shape: [8], data_offsets: [0, 16] } }, bytes),
    ).tensors.a!;
    expect([...data]).toEqual([
      1,
      -2,
      65504,
      2 ** -24,
      -0,
      Number.POSITIVE_INFINITY,
      0.333251953125,
      2 ** -14,
    ]);
    const brain = readSafetensors(
      fileOf({ a: { dtype: 'BF16', shape: [2], data_offsets: [0, 4] } }, [0x80, 0x3f, 0x40, 0xc0]),
    ).tensors.a!;
    expect([...brain.data]).toEqual([1, -3]);
  });

  it('reads doubles and long integers', () => {
    const bytes = [...new Uint8Array(new Float64Array([0.1]).buffer), 7, 0, 0, 0, 0, 0, 0, 0];
    const { tensors } = readSafetensors(
      fileOf(
        {
          d: { dtype: 'F64', shape: [], data_offsets: [0, 8] },
          i: { dtype: 'I64', shape: [1], data_offsets: [8, 16] },
        },
        bytes,
      ),
    );
    expect(tensors.d!.data[0]).toBe(0.1);
    expect(tensors.i!.data[0]).toBe(7n);
  });

  const one = { dtype: 'F32', shape: [1], data_offsets: [0, 4] };
  it.each<[string, Uint8Array]>([
    ['an empty file', new Uint8Array(0)],
    ['a cut length', new Uint8Array(7)],
    ['a header longer than the file', fileOf({}, [], 1000)],
    ['a header of 2^63 bytes', fileOf({}, [], 2 ** 63)],
    ['a header that is no JSON', fileOf('{', [])],
    ['a header that is no UTF-8', fileOf('{}', []).with(8, 0xff)],
    ['a list', fileOf('[]', [])],
    ['an unknown type', fileOf({ a: { ...one, dtype: 'F8' } }, [0, 0, 0, 0])],
    ['a type of the prototype', fileOf({ a: { ...one, dtype: 'toString' } }, [0, 0, 0, 0])],
    ['no shape', fileOf({ a: { ...one, shape: undefined } }, [0, 0, 0, 0])],
    ['a negative length', fileOf({ a: { ...one, shape: [-1] } }, [0, 0, 0, 0])],
    ['a shape that overflows', fileOf({ a: { ...one, shape: [2 ** 40, 2 ** 40] } }, [0, 0, 0, 0])],
    ['a range behind the end', fileOf({ a: one }, [0, 0])],
    [
      'a range of another size',
      fileOf({ a: { ...one, data_offsets: [0, 8] } }, new Array(8).fill(0)),
    ],
    ['a range backwards', fileOf({ a: { ...one, data_offsets: [4, 0] } }, [0, 0, 0, 0])],
    ['an overlap', fileOf({ a: one, b: one }, [0, 0, 0, 0])],
    ['a gap', fileOf({ a: { ...one, data_offsets: [4, 8] } }, new Array(8).fill(0))],
    ['bytes left over', fileOf({ a: one }, [0, 0, 0, 0, 0])],
    ['metadata that are no strings', fileOf({ __metadata__: { a: 1 } })],
    ['an entry that is null', fileOf({ a: null })],
  ])('refuses %s', (_, file) => {
    expect(() => readSafetensors(file)).toThrowError(
      expect.objectContaining({ code: 'BAD_FILE' }) as NetworkError,
    );
  });

  it('refuses to write a shape that is not that of the data', () => {
    expect(() => writeSafetensors({ a: { shape: [2], data: new Float32Array(3) } })).toThrowError(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }) as NetworkError,
    );
  });
});
