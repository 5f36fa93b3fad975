import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasReferenceData, referencePath } from '@pose-distill/internal-testing';
import sharp from 'sharp';
import { type ReadImageOptions, renderScene } from '../src/index.js';
import { decodeImage } from '../src/node/image-file.js';

/** A picture file and the pixels that Node reads from it. */
export interface WebFixture {
  readonly name: string;
  readonly type: string;
  readonly width: number;
  readonly height: number;
  readonly reading: Omit<ReadImageOptions, 'maxPixels'>;
  /** Base64 of the file and of [height, width, 3]. */
  readonly file: string;
  readonly pixels: string;
}

/** Odd sizes, so that chroma blocks are cut. */
const size = { width: 157, height: 119 };

export async function makeFixtures(): Promise<WebFixture[]> {
  const { data } = renderScene({ seed: 5, index: 3, size, people: 4 }).image;
  const scene = (): ReturnType<typeof sharp> => sharp(data, { raw: { ...size, channels: 3 } });
  const veiled = new Uint8Array((data.length / 3) * 4);
  for (let i = 0; i < data.length / 3; i++) {
    veiled.set(data.subarray(3 * i, 3 * i + 3), 4 * i);
    veiled[4 * i + 3] = (i * 7) % 256;
  }
  const alpha = (): ReturnType<typeof sharp> => sharp(veiled, { raw: { ...size, channels: 4 } });
  const fine = Uint16Array.from(
    data,
    (value, i) => value * 257 - ((i * 101) % 200) * (value > 0 ? 1 : 0),
  );
  const deep = (): ReturnType<typeof sharp> =>
    sharp(fine, { raw: { ...size, channels: 3 } }).toColourspace('rgb16');
  const files: Record<string, Promise<Buffer>> = {
    'baseline-420.jpg': scene().jpeg({ quality: 90 }).toBuffer(),
    'progressive-444.jpg': scene()
      .jpeg({ quality: 85, progressive: true, chromaSubsampling: '4:4:4' })
      .toBuffer(),
    'grey.jpg': scene().greyscale().jpeg().toBuffer(),
    'turned.jpg': scene().withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer(),
    'mirrored.jpg': scene().withMetadata({ orientation: 2 }).jpeg({ quality: 95 }).toBuffer(),
    'wide-gamut.jpg': scene().withIccProfile('p3').jpeg({ quality: 95 }).toBuffer(),
    '16-bit.png': deep().png().toBuffer(),
    'plain.png': scene().png().toBuffer(),
    'palette.png': scene().png({ palette: true, colours: 64 }).toBuffer(),
    'turned.png': scene().withMetadata({ orientation: 8 }).png().toBuffer(),
    'transparent.png': alpha().png().toBuffer(),
    'plain.webp': scene().webp({ quality: 90 }).toBuffer(),
    'turned.webp': scene().withMetadata({ orientation: 3 }).webp({ lossless: true }).toBuffer(),
    'transparent.webp': alpha().webp({ lossless: true, exact: true }).toBuffer(),
  };
  const plain = Object.entries(files).map(async ([name, file]) => fixture(name, await file));
  const applied = Object.entries(files)
    .filter(([name]) => /^(turned|mirrored|wide)/.test(name))
    .map(async ([name, file]) => fixture(name, await file, APPLIED));
  const turns = [2, 3, 4, 5, 6, 7, 8].map(async (orientation) =>
    fixture(
      `orientation-${orientation}.jpg`,
      await scene().withMetadata({ orientation }).jpeg().toBuffer(),
      APPLIED,
    ),
  );
  return Promise.all([...plain, ...applied, ...turns, ...(await photographs())]);
}

const APPLIED = { applyOrientation: true, applyProfile: true } as const;

/** Photographs of COCO, some with colour profiles, where they are at hand. */
async function photographs(): Promise<Promise<WebFixture>[]> {
  if (!hasReferenceData('coco')) return [];
  const folder = referencePath('coco', 'images');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jpg')).sort();
  return names
    .slice(0, 6)
    .flatMap((name) =>
      [{}, APPLIED].map(async (reading) =>
        fixture(name, await readFile(join(folder, name)), reading),
      ),
    );
}

async function fixture(
  name: string,
  file: Buffer,
  reading: WebFixture['reading'] = {},
): Promise<WebFixture> {
  const { data, width, height } = await decodeImage(file, name, reading);
  const ending = name.slice(name.lastIndexOf('.') + 1);
  return {
    name: Object.keys(reading).length > 0 ? `${name}, applied` : name,
    type: `image/${ending === 'jpg' ? 'jpeg' : ending}`,
    width,
    height,
    reading,
    file: file.toString('base64'),
    pixels: Buffer.from(data).toString('base64'),
  };
}
