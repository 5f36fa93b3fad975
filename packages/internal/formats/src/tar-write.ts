import { safeName, TarError } from './tar-name.js';

const BLOCK = 512;

/** The pieces of one member of an archive: header, bytes, padding. Nothing in it depends on when or where it is made. */
export function tarMember(name: string, data: Uint8Array): Uint8Array[] {
  safeName(name, 0);
  const encoded = new TextEncoder().encode(name);
  const split = splitName(encoded);
  if (split) return [header(split.name, split.prefix, data.length, '0'), data, padding(data)];
  const record = paxRecord('path', name);
  const short = encoded.subarray(0, 100).map((byte) => (byte > 127 ? 95 : byte));
  return [
    header(new TextEncoder().encode('PaxHeaders/name'), new Uint8Array(0), record.length, 'x'),
    record,
    padding(record),
    header(short, new Uint8Array(0), data.length, '0'),
    data,
    padding(data),
  ];
}

/** The two empty blocks at the end of an archive. */
export function tarEnd(): Uint8Array {
  return new Uint8Array(2 * BLOCK);
}

function padding(data: Uint8Array): Uint8Array {
  return new Uint8Array(-data.length & (BLOCK - 1));
}

/** Name and prefix of a ustar header; undefined for names that are not ASCII or do not fit. */
function splitName(name: Uint8Array): { name: Uint8Array; prefix: Uint8Array } | undefined {
  if (name.some((byte) => byte > 127)) return undefined;
  if (name.length <= 100) return { name, prefix: new Uint8Array(0) };
  const slash = name.indexOf(47, name.length - 101);
  if (slash < 1 || slash > 155 || slash === name.length - 1) return undefined;
  return { name: name.subarray(slash + 1), prefix: name.subarray(0, slash) };
}

function paxRecord(key: string, value: string): Uint8Array {
  const rest = new TextEncoder().encode(` ${key}=${value}\n`);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) {
    length = String(length).length + rest.length;
  }
  return Uint8Array.of(...new TextEncoder().encode(String(length)), ...rest);
}

function header(name: Uint8Array, prefix: Uint8Array, size: number, type: string): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const put = (at: number, value: string): void => {
    for (let i = 0; i < value.length; i++) block[at + i] = value.charCodeAt(i);
  };
  if (size >= 8 ** 11) throw new TarError(`a member of ${size} bytes is too large to write`, 0);
  block.set(name, 0);
  put(100, '0000644\0');
  put(108, '0000000\0');
  put(116, '0000000\0');
  put(124, `${size.toString(8).padStart(11, '0')}\0`);
  put(136, '00000000000\0');
  put(148, '        ');
  put(156, type);
  put(257, 'ustar\0' + '00');
  block.set(prefix, 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return block;
}
