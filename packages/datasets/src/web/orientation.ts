const ORIENTATION_TAG = 0x0112;

/**
 * The EXIF orientation of a picture file (1..8; 1, "as stored", when there is none), and its bytes with the tag set to 1.
 * Browsers turn pictures by that tag, some formats and not others, and have no reliable switch for it. JPEG, PNG and WebP.
 */
export function takeOrientation(bytes: Uint8Array<ArrayBuffer>): {
  readonly orientation: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
} {
  const place = findOrientation(bytes);
  const value = place?.value ?? 1;
  if (!place || value === 1) return { orientation: 1, bytes };
  const copy = bytes.slice();
  copy[place.at] = place.littleEndian ? 1 : 0;
  copy[place.at + 1] = place.littleEndian ? 0 : 1;
  return { orientation: value >= 1 && value <= 8 ? value : 1, bytes: copy };
}

interface Place {
  /** Offset of the 16-bit value. */
  readonly at: number;
  readonly littleEndian: boolean;
  readonly value: number;
}

function findOrientation(bytes: Uint8Array): Place | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = exifInJpeg(view) ?? exifInPng(view) ?? exifInWebp(view);
  return start === undefined ? undefined : orientationIn(view, start);
}

/** Offset of the TIFF header of a JPEG's EXIF segment. */
function exifInJpeg(view: DataView): number | undefined {
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return undefined;
  let at = 2;
  while (at + 10 <= view.byteLength) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at++; // fill byte
      continue;
    }
    if (marker === 0xda || marker === 0xd9) return undefined;
    const isExif = marker === 0xe1 && text(view, at + 4, 4) === 'Exif';
    if (isExif) return at + 10;
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}

function exifInPng(view: DataView): number | undefined {
  if (view.byteLength < 16 || view.getUint32(0) !== 0x89504e47) return undefined;
  return findChunk(view, 8, (at) => ({
    name: text(view, at + 4, 4),
    body: at + 8,
    next: at + 12 + view.getUint32(at),
    wanted: 'eXIf',
  }));
}

function exifInWebp(view: DataView): number | undefined {
  if (view.byteLength < 16 || text(view, 0, 4) !== 'RIFF' || text(view, 8, 4) !== 'WEBP')
    return undefined;
  const body = findChunk(view, 12, (at) => {
    const size = view.getUint32(at + 4, true);
    return {
      name: text(view, at, 4),
      body: at + 8,
      next: at + 8 + size + (size & 1),
      wanted: 'EXIF',
    };
  });
  if (body === undefined || body + 6 > view.byteLength) return body;
  // Some writers carry JPEG's prefix along.
  return text(view, body, 4) === 'Exif' ? body + 6 : body;
}

function findChunk(
  view: DataView,
  start: number,
  read: (at: number) => { name: string; body: number; next: number; wanted: string },
): number | undefined {
  for (let at = start; at + 8 <= view.byteLength; ) {
    const { name, body, next, wanted } = read(at);
    if (name === wanted) return body;
    at = next;
  }
  return undefined;
}

/** The orientation's value in the first directory of a TIFF block. */
function orientationIn(view: DataView, start: number): Place | undefined {
  if (start + 8 > view.byteLength) return undefined;
  const order = text(view, start, 2);
  if (order !== 'II' && order !== 'MM') return undefined;
  const littleEndian = order === 'II';
  const directory = start + view.getUint32(start + 4, littleEndian);
  if (directory + 2 > view.byteLength) return undefined;
  const count = view.getUint16(directory, littleEndian);
  for (let i = 0; i < count; i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > view.byteLength) return undefined;
    if (view.getUint16(entry, littleEndian) === ORIENTATION_TAG)
      return { at: entry + 8, littleEndian, value: view.getUint16(entry + 8, littleEndian) };
  }
  return undefined;
}

function text(view: DataView, at: number, length: number): string {
  if (at + length > view.byteLength) return '';
  let result = '';
  for (let i = 0; i < length; i++) result += String.fromCharCode(view.getUint8(at + i));
  return result;
}
