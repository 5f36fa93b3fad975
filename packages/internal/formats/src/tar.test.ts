import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTar, type TarMember } from './tar.js';
import { TarError } from './tar-name.js';
import { tarEnd, tarMember } from './tar-write.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const LONG = `${'folder/'.repeat(30)}${'name'.repeat(40)}.txt`;
const PREFIX = `${'p'.repeat(120)}/${'n'.repeat(90)}.json`;
const FILES: readonly (readonly [string, Uint8Array])[] = [
  ['a.txt', bytes('hello')],
  ['empty', new Uint8Array(0)],
  ['sub/block.bin', new Uint8Array(512).fill(7)],
  ['bild-ü-画.jpg', new Uint8Array(513).map((_, i) => i)],
  [PREFIX, bytes('{}')],
  [LONG, bytes('deep')],
];

function join8(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
const archive = (files = FILES): Uint8Array =>
  join8([...files.flatMap(([name, data]) => tarMember(name, data)), tarEnd()]);

async function read(source: Uint8Array, piece = 1000, options = {}): Promise<TarMember[]> {
  function* pieces() {
    for (let at = 0; at < source.length; at += piece) yield source.subarray(at, at + piece);
  }
  const members: TarMember[] = [];
  for await (const member of readTar(pieces(), options)) members.push(member);
  return members;
}
const plain = (members: readonly TarMember[]) => members.map(({ name, data }) => [name, [...data]]);
const expected = FILES.map(([name, data]) => [name, [...data]]);

function has(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
const GNU = has('tar') && execFileSync('tar', ['--version'], { encoding: 'utf8' }).includes('GNU');
const PYTHON = has('python3');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pose-tar-'));
  for (const [name, data] of FILES) {
    mkdirSync(dirname(join(folder, 'in', name)), { recursive: true });
    writeFileSync(join(folder, 'in', name), data);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Changes a header and makes its checksum right again. */
function altered(
  change: (block: Uint8Array) => void,
  source = archive(FILES.slice(0, 1)),
): Uint8Array {
  const copy = source.slice();
  change(copy);
  copy.fill(32, 148, 156);
  const sum = copy.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  copy.set(bytes(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
  return copy;
}

describe('tar', () => {
  it.each([1, 7, 512, 100_000])('reads what it writes, in pieces of %i bytes', async (piece) => {
    const members = await read(archive(), piece);
    expect(plain(members)).toEqual(expected);
    expect(members.map(({ offset }) => offset % 512)).toEqual(FILES.map(() => 0));
    expect(members[1]!.offset).toBe(1024);
    for (const { data } of members) expect(data.buffer.byteLength).toBe(data.length);
  });

  it('writes the same bytes each time, with nothing of the machine in them', () => {
    expect(archive()).toEqual(archive());
    const block = archive().subarray(0, 512);
    expect(new TextDecoder().decode(block.subarray(100, 148))).toBe(
      '0000644\x000000000\x000000000\x0000000000005\x0000000000000\x00',
    );
  });

  it('reads any names and sizes back', async () => {
    const name = fc
      .array(fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }), {
        minLength: 1,
        maxLength: 5,
      })
      .map((parts) => parts.map((part) => part.replace(/[\\/.:]|\p{C}/gu, '_')).join('/'));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(name, fc.uint8Array({ maxLength: 1500 })), { maxLength: 4 }),
        async (files) => {
          const members = await read(archive(files as never), 333);
          expect(plain(members)).toEqual(files.map(([n, data]) => [n, [...data]]));
        },
      ),
      { numRuns: 60 },
    );
  });

  it.skipIf(!GNU)('is read by GNU tar', () => {
    const file = join(folder, 'ours.tar');
    writeFileSync(file, archive());
    mkdirSync(join(folder, 'out'), { recursive: true });
    execFileSync('tar', ['-xf', file, '-C', join(folder, 'out')]);
    for (const [name, data] of FILES) {
      expect(new Uint8Array(readFileSync(join(folder, 'out', name)))).toEqual(data);
    }
  });

  it.skipIf(!GNU).each(['gnu', 'oldgnu', 'pax', 'ustar'])(
    'reads the %s form of GNU tar',
    async (form) => {
      const file = join(folder, `${form}.tar`);
      const names = FILES.map(([name]) => name).filter((name) => form !== 'ustar' || name !== LONG);
      execFileSync('tar', [`--format=${form}`, '-cf', file, '-C', join(folder, 'in'), ...names]);
      const members = await read(readFileSync(file));
      expect(plain(members)).toEqual(expected.filter(([name]) => names.includes(name as string)));
    },
  );

  it.skipIf(!GNU)('passes over folders and takes ./ off', async () => {
    const file = join(folder, 'dot.tar');
    execFileSync('tar', ['--sort=name', '-cf', file, '-C', join(folder, 'in'), '.']);
    const members = await read(readFileSync(file));
    expect(members.map(({ name }) => name).sort()).toEqual(FILES.map(([name]) => name).sort());
  });

  it.skipIf(!PYTHON)("is read by Python's tarfile, and reads its three forms", async () => {
    const file = join(folder, 'py.tar');
    writeFileSync(file, archive());
    const script = `
import json, sys, tarfile
with tarfile.open(sys.argv[1]) as t:
    print(json.dumps([[m.name, list(t.extractfile(m).read())] for m in t]))
for form in ('GNU', 'PAX'):
    with tarfile.open(sys.argv[2] + form, 'w', format=getattr(tarfile, form + '_FORMAT')) as t:
        with tarfile.open(sys.argv[1]) as source:
            for m in source:
                m.pax_headers = {}
                t.addfile(m, source.extractfile(m))
`;
    const out = join(folder, 'py-');
    const printed = execFileSync('python3', ['-c', script, file, out], { encoding: 'utf8' });
    expect(JSON.parse(printed)).toEqual(expected);
    for (const form of ['GNU', 'PAX']) {
      expect(plain(await read(readFileSync(out + form)))).toEqual(expected);
    }
  });

  it('reads sizes in base 256 and in pax headers, and v7 headers', async () => {
    const base = altered((block) => {
      block.fill(0, 124, 136);
      block[124] = 0x80;
      block[135] = 5;
    });
    const v7 = altered((block) => block.fill(0, 257, 512));
    for (const source of [base, v7])
      expect(plain(await read(source))).toEqual(expected.slice(0, 1));
  });

  it('refuses an archive that is cut anywhere, and says where', async () => {
    const source = archive(FILES.slice(0, 3));
    for (let length = 0; length <= source.length - 1024; length += 97) {
      const error = await read(source.subarray(0, length)).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(TarError);
      expect((error as TarError).message).toMatch(/cut short: .* \(at byte \d+\)/);
      expect((error as TarError).offset).toBeLessThanOrEqual(length);
    }
  });

  it('notices any changed byte of a header', async () => {
    const source = archive(FILES.slice(0, 2));
    for (let at = 1024; at < 1536; at += 13) {
      const damaged = source.slice();
      damaged[at] = damaged[at]! ^ 1;
      await expect(read(damaged)).rejects.toThrow(TarError);
    }
    const damaged = source.slice();
    damaged[1030] = 120;
    await expect(read(damaged)).rejects.toThrow(
      'a header whose checksum is wrong: the archive is damaged (at byte 1024)',
    );
  });

  it.each<[string, () => Uint8Array, RegExp]>([
    ['gzip', () => Uint8Array.of(0x1f, 0x8b, ...new Uint8Array(600)), /compressed with gzip/],
    ['text', () => new Uint8Array(600).fill(65), /no tar archive \(at byte 0\)/],
    ['a link', () => altered((block) => block.fill(50, 156, 157)), /a.txt is no regular file/],
    [
      'a path upwards',
      () => altered((block) => block.set(bytes('../x\0'))),
      /leads out of a folder/,
    ],
    [
      'an absolute path',
      () => altered((block) => block.set(bytes('/etc\0'))),
      /leads out of a folder/,
    ],
    ['a drive', () => altered((block) => block.set(bytes('C:\\x\0'))), /leads out of a folder/],
    ['a size of letters', () => altered((block) => block.set(bytes('zz'), 124)), /not a number/],
    [
      'a forged size',
      () => altered((block) => block.set(bytes('77777777777'), 124)),
      /8589934591 bytes/,
    ],
  ])('refuses %s', async (_, make, message) => {
    await expect(read(make())).rejects.toThrow(message);
  });

  it.each([
    ['no length', 'path=x\n'],
    ['a length that is too large', '99 path=x\n'],
    ['no end', '9 path=xx'],
    ['no key', '6 =ab\n'],
  ])('refuses a pax header with %s', async (_, record) => {
    const source = archive([['PaxHeaders/x', bytes(record)], FILES[0]!]);
    await expect(read(altered((block) => block.fill(120, 156, 157), source))).rejects.toThrow(
      /pax/,
    );
  });

  it('answers any damage with members or a TarError', async () => {
    const whole = archive();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 })), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.nat(whole.length),
        async (changes, length) => {
          const damaged = whole.slice(0, length);
          for (const [at, value] of changes) damaged[at] = value;
          const outcome = await read(damaged).catch((error: unknown) => error);
          expect(Array.isArray(outcome) || outcome instanceof TarError).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
    // The same inside headers whose checksums are right.
    await fc.assert(
      fc.asyncProperty(fc.nat(511), fc.integer({ min: 0, max: 255 }), async (at, value) => {
        const source = altered((block) => block.fill(value, at, at + 1), whole);
        const outcome = await read(source).catch((error: unknown) => error);
        expect(Array.isArray(outcome) || outcome instanceof TarError).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('bounds a member', async () => {
    await expect(read(archive(), 512, { largestMember: 512 })).rejects.toThrow(/at most 512/);
  });

  it('writes no name that leads out of a folder', () => {
    for (const name of ['../a', '/a', 'a/../../b', '', 'c:\\d']) {
      expect(() => tarMember(name, new Uint8Array(1))).toThrow(TarError);
    }
  });

  it('ends its source when the reader stops early', async () => {
    let ended = false;
    async function* endless() {
      try {
        for (;;) yield archive().subarray(0, -1024);
      } finally {
        ended = true;
      }
    }
    for await (const { name } of readTar(endless())) {
      expect(name).toBe('a.txt');
      break;
    }
    expect(ended).toBe(true);
  });
});
