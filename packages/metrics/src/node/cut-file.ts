import type { FileHandle } from 'node:fs/promises';

const [OPEN, CLOSE, COMMA] = [0x7b, 0x7d, 0x2c];
const WINDOW = 1 << 20;

/**
 * Places of commas between records, `},{`, that cut a file into about equal pieces. A place may be inside a nested list or a string;
 * then the piece before it does not end where a record does, and its reader says so.
 */
export async function findCuts(file: FileHandle, pieces: number): Promise<number[]> {
  const { size } = await file.stat();
  const window = Buffer.alloc(WINDOW);
  const cuts: number[] = [];
  for (let i = 1; i < pieces; i++) {
    const from = Math.max(Math.floor((size * i) / pieces), (cuts.at(-1) ?? -1) + 1);
    const { bytesRead } = await file.read(window, 0, WINDOW, from);
    const cut = findCut(window.subarray(0, bytesRead));
    if (cut >= 0) cuts.push(from + cut);
  }
  return cuts;
}

function findCut(bytes: Uint8Array): number {
  for (let i = bytes.indexOf(CLOSE); i >= 0; i = bytes.indexOf(CLOSE, i + 1)) {
    const comma = behindSpace(bytes, i + 1);
    if (bytes[comma] === COMMA && bytes[behindSpace(bytes, comma + 1)] === OPEN) return comma;
  }
  return -1;
}

function behindSpace(bytes: Uint8Array, start: number): number {
  let at = start;
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at++;
  return at;
}
