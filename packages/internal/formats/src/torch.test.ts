import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from './format-error.js';
import { isTorch, readTorch } from './torch.js';

function golden(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../test/golden/${name}`, import.meta.url)));
}

interface Expected {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}
const expected = JSON.parse(new TextDecoder().decode(golden('torch.json'))) as Record<
  string,
  Expected
>;

function refusal(file: Uint8Array): FormatError {
  try {
    readTorch(file);
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
  throw new Error('It was read.');
}

const text = (value: string): number[] => [...new TextEncoder().encode(value)];

/** A legacy file around the instructions of its fourth pickle. */
function legacy(...instructions: readonly (number | string)[]): Uint8Array {
  const nothing = [0x80, 2, ...text('N.')];
  const magic = [
    0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e,
  ];
  const value = instructions.flatMap((part) => (typeof part === 'number' ? [part] : text(part)));
  return Uint8Array.from([...magic, ...nothing, ...nothing, ...value, ...text('.].')]);
}

describe.each(['torch-zip.pth', 'torch-legacy.pth'])('readTorch of %s', (name) => {
  const file = golden(name);

  it('reads every tensor that PyTorch reads, bit for bit', () => {
    expect(isTorch(file)).toBe(true);
    const tensors = readTorch(file);
    expect(Object.keys(tensors)).toEqual(Object.keys(expected));
    for (const [key, { dtype, shape, values }] of Object.entries(expected))
      expect({ ...tensors[key], data: [...tensors[key]!.data] }, key).toEqual({
        dtype,
        shape,
        data: values,
      });
  });

  it('refuses it cut short anywhere', () => {
    for (let length = 0; length < file.length; length += 97)
      expect(['CUT_SHORT', 'BAD_FORMAT', 'UNSUPPORTED']).toContain(
        refusal(file.subarray(0, length)).code,
      );
    expect(refusal(file.subarray(0, file.length - 1)).code).toBe('CUT_SHORT');
  });

  it('reads or refuses a damaged file, and never fails otherwise', () => {
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.nat(255), (at, byte) => {
        const damaged = file.slice();
        damaged[at] = byte;
        try {
          readTorch(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('readTorch', () => {
  it('refuses code by the name of what it would run', () => {
    const error = refusal(golden('torch-code.pth'));
    expect(error.code).toBe('UNSUPPORTED');
    expect(error.message).toMatch(/posix\.system.*torch\.save\(model\.state_dict\(\)/);
  });

  it('refuses other files by what they begin with', () => {
    expect(refusal(new Uint8Array([1, 2, 3, 4])).message).toMatch(/first bytes are 01 02 03 04/);
    expect(isTorch(new Uint8Array([1, 2, 3, 4]))).toBe(false);
  });

  it('refuses what contains itself', () => {
    expect(refusal(legacy(']', 'q', 0, 'h', 0, 'a')).message).toMatch(/contain themselves/);
  });

  it('refuses lists of lists that unfold to more than memory holds', () => {
    const doubling = Array.from({ length: 60 }, (_, i) => [
      ']',
      'q',
      i + 1,
      'h',
      i,
      'a',
      'h',
      i,
      'a',
    ]);
    expect(refusal(legacy(']', 'q', 0, ...doubling.flat())).message).toMatch(/far too many/);
  });

  it('keeps a dangerous key as a name', () => {
    expect(Object.getPrototypeOf(readTorch(legacy('}')))).toBe(Object.prototype);
  });
});
