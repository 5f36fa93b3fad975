import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hasReferenceData, referencePath } from '../../testing/src/reference.js';
import { FormatError } from './format-error.js';
import { parseMat } from './mat.js';
import type { MatChar, MatNumeric, MatStruct, MatValue } from './mat-value.js';

function golden(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../test/golden/${name}`, import.meta.url)));
}

/** Values as plain objects; cells and structs all the way down. */
function plain(value: MatValue): unknown {
  if (value.kind === 'numeric' || value.kind === 'logical') return [...value.data];
  if (value.kind === 'char') return value.rows;
  const { length } = value;
  if (value.kind === 'cell') return Array.from({ length }, (_, i) => plain(value.get(i)));
  return Array.from({ length }, (_, i) =>
    Object.fromEntries(value.fields.map((field) => [field, plain(value.get(field, i))])),
  );
}

describe.each(['plain.mat', 'compressed.mat'])('parseMat of %s', (name) => {
  it('reads every class of numbers', async () => {
    const found = await parseMat(golden(name));
    for (const bits of [8, 16, 32, 64] as const) {
      for (const sign of ['int', 'uint'] as const) {
        const value = found[`${sign}${bits}`] as MatNumeric;
        const low = sign === 'int' ? -(2n ** BigInt(bits - 1)) : 0n;
        const high = 2n ** BigInt(sign === 'int' ? bits - 1 : bits) - 1n;
        expect(value.class).toBe(`${sign}${bits}`);
        expect(value.shape).toEqual([2, 3]);
        expect(Array.from(value.data as ArrayLike<number>, BigInt)).toEqual([
          low,
          7n,
          0n,
          100n,
          1n,
          high,
        ]);
      }
    }
    const single = [Math.fround(0.1), Number.POSITIVE_INFINITY, -2.5, Math.fround(3e38)];
    expect(found.single).toMatchObject({ class: 'single', data: Float32Array.from(single) });
    const double = found.double as MatNumeric;
    expect(double.shape).toEqual([2, 3, 4]);
    for (let i = 0; i < 2; i++)
      for (let j = 0; j < 3; j++)
        for (let k = 0; k < 4; k++)
          expect(double.data[i + 2 * (j + 3 * k)]).toBe((k + 4 * (j + 3 * i)) / 7);
    const complex = found.complex as MatNumeric;
    expect([[...complex.data], [...complex.imaginary!]]).toEqual([
      [1, -0],
      [2, -3.5],
    ]);
    expect(found.logical).toMatchObject({ kind: 'logical', shape: [1, 3] });
    expect(plain(found.logical!)).toEqual([1, 0, 1]);
    expect(found.empty).toMatchObject({ shape: [0, 3], data: new Float64Array(0) });
  });

  it('reads text, cells and structs', async () => {
    const found = await parseMat(golden(name));
    expect((found.text as MatChar).rows).toEqual(['left ankle']);
    expect((found.unicode as MatChar).rows).toEqual(['né à 北']);
    expect((found.lines as MatChar).rows).toEqual(['abc', 'de ']);
    expect(found.cell!.shape).toEqual([2, 2]);
    expect(plain(found.cell!)).toEqual([['a'], [['x']], [1, 2], []]);
    const release = found.RELEASE as MatStruct;
    expect(release.fields).toEqual(['annolist', 'img_train']);
    const images = release.get('annolist') as MatStruct;
    expect(images.shape).toEqual([1, 2]);
    expect(plain(images.get('image', 1))).toEqual([{ name: ['2.jpg'] }]);
    expect(plain(images.get('annorect', 1))).toEqual([]);
    expect((plain(images.get('annorect')) as object[])[0]).toEqual({
      x1: [10],
      y1: [20],
      x2: [30.5],
      y2: [44],
      annopoints: [
        {
          point: [
            { x: [610], y: [187], id: [6n], is_visible: ['1'] },
            { x: [647], y: [176.5], id: [7n], is_visible: [1] },
          ],
        },
      ],
      scale: [3],
      objpos: [{ x: [200], y: [150] }],
    });
  });

  it('reads only what is asked for', async () => {
    expect(Object.keys(await parseMat(golden(name), { variables: ['text', 'no'] }))).toEqual([
      'text',
    ]);
  });

  it('notices any cut', async () => {
    const file = golden(name);
    const all = Object.keys(await parseMat(file)).length;
    for (let length = 0; length < file.length; length += 23) {
      const part = file.subarray(0, length);
      const names = await parseMat(part).then(
        (found) => Object.keys(found).length,
        (error: unknown) => {
          expect(error).toBeInstanceOf(FormatError);
          return 'refused';
        },
      );
      // Between two variables a cut cannot be seen.
      if (names !== 'refused') expect(names).toBeLessThan(all);
    }
  });

  it('survives any changed byte', async () => {
    const file = golden(name);
    for (let at = 0; at < file.length; at += name === 'plain.mat' ? 19 : 29) {
      const bad = file.slice();
      bad[at]! ^= 0x5a;
      await parseMat(bad).then(
        (found) => {
          try {
            Object.values(found).map(plain);
          } catch (error) {
            expect(error).toBeInstanceOf(FormatError);
          }
        },
        (error: unknown) => expect(error).toBeInstanceOf(FormatError),
      );
    }
  });
});

/** A MATLAB 5 file made by hand, of either byte order. */
function byHand(littleEndian: boolean, ...arrays: number[][]): Uint8Array {
  const header = [...Buffer.from('MATLAB 5.0 MAT-file, made by hand'.padEnd(124))];
  const version = littleEndian ? [0, 1, 0x49, 0x4d] : [1, 0, 0x4d, 0x49];
  return Uint8Array.from([...header, ...version, ...arrays.flat()]);
}

function parts(littleEndian: boolean) {
  const number = (value: number, size: number): number[] => {
    const bytes = Array.from({ length: size }, (_, i) => Math.floor(value / 256 ** i) % 256);
    return littleEndian ? bytes : bytes.reverse();
  };
  const element = (type: number, values: readonly number[], size: number): number[] => {
    const bytes = values.flatMap((v) => number(v, size));
    if (bytes.length <= 4 && bytes.length > 0) {
      const tag = littleEndian
        ? [...number(type, 2), ...number(bytes.length, 2)]
        : [...number(bytes.length, 2), ...number(type, 2)];
      return [...tag, ...bytes, ...Array(4 - bytes.length).fill(0)];
    }
    const padding = Array((8 - (bytes.length % 8)) % 8).fill(0);
    return [...number(type, 4), ...number(bytes.length, 4), ...bytes, ...padding];
  };
  const array = (code: number, shape: number[], name: string, ...data: number[][]): number[] => {
    const inside = [
      ...element(6, [code, 0], 4),
      ...element(5, shape, 4),
      ...element(1, [...Buffer.from(name)], 1),
      ...data.flat(),
    ];
    return [...number(14, 4), ...number(inside.length, 4), ...inside];
  };
  return { element, array };
}

describe.each([true, false])('parseMat, little endian: %s', (littleEndian) => {
  const { element, array } = parts(littleEndian);

  it('reads numbers stored in less than their class, and in a tag', async () => {
    const found = await parseMat(
      byHand(
        littleEndian,
        array(6, [1, 3], 'bytes', element(2, [1, 2, 255], 1)),
        array(6, [2, 2], 'shorts', element(3, [1, 2, 65535, 4], 2)),
        array(14, [1, 2], 'long', element(5, [7, 4294967295], 4)),
        array(6, [1, 1], 'double', element(9, [0], 8)),
        array(9 | 0x200, [1, 2], 'flags', element(2, [1, 0], 1)),
        array(4, [1, 2], 'text', element(4, [0x68, 0x5317], 2)),
        array(4, [1, 2], 'utf16', element(17, [0x68, 0x5317], 2)),
      ),
    );
    expect(found.bytes).toMatchObject({ class: 'double', data: Float64Array.of(1, 2, 255) });
    expect(found.shorts).toMatchObject({ shape: [2, 2], data: Float64Array.of(1, 2, -1, 4) });
    expect(found.long).toMatchObject({ class: 'int64', data: BigInt64Array.of(7n, -1n) });
    expect(found.double).toMatchObject({ data: Float64Array.of(0) });
    expect(found.flags).toMatchObject({ kind: 'logical', data: Uint8Array.of(1, 0) });
    expect(found.text).toMatchObject({ rows: ['h北'] });
    expect(found.utf16).toMatchObject({ rows: ['h北'] });
  });

  it('refuses counts that do not fit', async () => {
    const wrong = array(6, [1, 3], 'x', element(2, [1, 2], 1));
    await expect(parseMat(byHand(littleEndian, wrong))).rejects.toThrow(
      'x is 1x3, which is 3 numbers; 2 are stored',
    );
    const huge = array(1, [60000, 60000], 'c');
    await expect(parseMat(byHand(littleEndian, huge))).rejects.toThrow(/c claims 60000x60000/);
  });

  it('refuses function handles by name, when they are asked for', async () => {
    const file = byHand(
      littleEndian,
      array(16, [1, 1], 'f'),
      array(6, [1, 1], 'x', element(2, [3], 1)),
    );
    await expect(parseMat(file)).rejects.toThrow(/f is a MATLAB function handle/);
    expect(plain((await parseMat(file, { variables: ['x'] })).x!)).toEqual([3]);
  });
});

describe('parseMat refuses', () => {
  it('sparse arrays, unless they are not wanted', async () => {
    const file = golden('sparse.mat');
    await expect(parseMat(file)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringMatching(/thin is a MATLAB sparse, .*full\(x\)/),
    });
    expect(Object.keys(await parseMat(file, { variables: ['full'] }))).toEqual(['full']);
  });

  it.each([
    ['MATLAB 4', golden('version4.mat'), 'UNSUPPORTED', /MATLAB 4 .*-v7/],
    ['HDF5', Uint8Array.from(Buffer.from('\x89HDF\r\n', 'latin1')), 'UNSUPPORTED', /7\.3.*"-v7"/],
    ['MATLAB 7.3', Buffer.from('MATLAB 7.3 MAT-file'.padEnd(600)), 'UNSUPPORTED', /HDF5/],
    ['text', Buffer.from('{"a": 1}'.padEnd(200)), 'BAD_FORMAT', /not a MATLAB 5 file/],
    ['nothing', new Uint8Array(0), 'CUT_SHORT', /128 bytes at least, not 0/],
  ])('%s', async (_, file, code, message) => {
    await expect(parseMat(file)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
});

describe.skipIf(!hasReferenceData('mpii/detections_our_format.mat'))('a real file', () => {
  it('equals the numbers others read from it', async () => {
    const found = await parseMat(readFileSync(referencePath('mpii/detections_our_format.mat')));
    const right = JSON.parse(readFileSync(referencePath('mpii/gt_valid.json'), 'utf8')) as {
      pos_gt_src: number[][][];
    };
    const { data, shape } = found.pos_gt_src as MatNumeric;
    expect(shape).toEqual([16, 2, 2958]);
    let different = 0;
    right.pos_gt_src.flat(2).forEach((value, i) => {
      // Row-major there.
      const [k, d, n] = [Math.floor(i / 5916), Math.floor(i / 2958) % 2, i % 2958];
      if (data[k + 16 * (d + 2 * n)] !== value) different++;
    });
    expect(different).toBe(0);
  });
});
