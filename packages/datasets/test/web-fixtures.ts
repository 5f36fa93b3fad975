import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasReferenceData, referencePath } from '@pose-distill/internal-testing';
import sharp from 'sharp';
import { renderScene } from '../src/index.js';

/** A picture file and the pixels that Node reads from it. */
export interface WebFixture {
  readonly name: string;
  readonly type: string;
  readonly width: number;
  readonly height: number;
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
  const files: Record<string, Promise<Buffer>> = {
    'baseline-420.jpg': scene().jpeg({ quality: 90 }).toBuffer(),
    'progressive-444.jpg': scene()
      .jpeg({ quality: 85, progressive: true, chromaSubsampling: '4:4:4' })
      .toBuffer(),
    'grey.jpg': scene().greyscale().jpeg().toBuffer(),
    'turned.jpg': scene().withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer(),
    'mirrored.jpg': scene().withMetadata({ orientation: 2 }).jpeg({ quality: 95 }).toBuffer(),
    'wide-gamut.jpg': scene().withIccProfile('p3').jpeg({ quality: 95 }).toBuffer(),
    'plain.png': scene().png().toBuffer(),
    'palette.png': scene().png({ palette: true, colours: 64 }).toBuffer(),
    'turned.png': scene().withMetadata({ orientation: 8 }).png().toBuffer(),
    'transparent.png': alpha().png().toBuffer(),
    'plain.webp': scene().webp({ quality: 90 }).toBuffer(),
    'turned.webp': scene().withMetadata({ orientation: 3 }).webp({ lossless: true }).toBuffer(),
    'transparent.webp': alpha().webp({ lossless: true, exact: true }).toBuffer(),
  };
  const fixtures = Object.entries(files).map(async ([name, file]) => describe(name, await file));
  return Promise.all([...fixtures, ...(await photographs())]);
}

/** Photographs of COCO, some with colour profiles, where they are at hand. */
async function photographs(): Promise<Promise<WebFixture>[]> {
  if (!hasReferenceData('coco')) return [];
  const folder = referencePath('coco', 'images');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jpg')).sort();
  return names.slice(0, 6).map(async (name) => describe(name, await readFile(join(folder, name))));
}

async function describe(name: string, file: Buffer): Promise<WebFixture> {
  // As readImageFile reads it.
  const { data, info } = await sharp(file)
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const ending = name.slice(name.lastIndexOf('.') + 1);
  return {
    name,
    type: `image/${ending === 'jpg' ? 'jpeg' : ending}`,
    width: info.width,
    height: info.height,
    file: file.toString('base64'),
    pixels: data.toString('base64'),
  };
}
