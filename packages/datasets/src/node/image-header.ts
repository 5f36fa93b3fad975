import { open } from 'node:fs/promises';
import type { Size } from '@pose-distill/heatmap-decode';

/** Bytes that have the size in nearly every picture; a JPEG with long notes before it takes more. */
const FIRST = 2 ** 14;
const MOST = 2 ** 22;

/**
 * The stored size of a JPEG or PNG file from its first bytes, without an image library; undefined for other files, and for
 * those that cannot be read.
 */
export async function readHeaderSize(path: string): Promise<Size | undefined> {
  try {
    const file = await open(path);
    try {
      for (let length = FIRST; length <= MOST; length *= 16) {
        const bytes = new Uint8Array(length);
        const { bytesRead } = await file.read(bytes, 0, length, 0);
        const size = sizeInHeader(bytes.subarray(0, bytesRead));
        if (size !== 'more') return size;
        if (bytesRead < length) return undefined;
      }
    } finally {
      await file.close();
    }
  } catch {
    // Told by whoever needs the picture.
  }
  return undefined;
}

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** The size in a file's first bytes; 'more' when it lies further on. */
export function sizeInHeader(bytes: Uint8Array): Size | 'more' | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (PNG.every((value, i) => bytes[i] === value)) {
    return bytes.length < 24 ? 'more' : { width: view.getUint32(16), height: view.getUint32(20) };
  }
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  let at = 2;
  for (;;) {
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++; // fill bytes
    if (at + 9 > bytes.length) return 'more';
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1]!;
    if (isFrame(marker)) {
      const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
      return width > 0 && height > 0 ? { width, height } : undefined;
    }
    if (marker === 0xd9 || marker === 0xda) return undefined; // no frame before the pixels
    const bare = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);
    at += bare ? 2 : 2 + view.getUint16(at + 2);
  }
}

/** Start of frame: 0xC0..0xCF without the tables C4, C8, CC. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}
