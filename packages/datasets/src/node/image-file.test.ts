import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jpeg, type TestFolder, temporaryFolder } from '../../test/coco-folder.js';
import { decodeImage, readImageFile, readImageSize } from './image-file.js';

let folder: TestFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

async function read(name: string, content: Uint8Array) {
  await folder.write(name, content);
  return readImageFile(join(folder.directory, name));
}

/** Red above blue, 4 x 6. */
const picture = () => {
  const data = Uint8Array.from(
    { length: 72 },
    (_, i) => (i < 36 ? [250, 10, 20] : [10, 20, 240])[i % 3]!,
  );
  return sharp(data, { raw: { width: 4, height: 6, channels: 3 } });
};

/** A PNG of the size said and without pixels. */
function pngHeader(width: number, height: number): Uint8Array {
  const chunk = (type: string, data: Uint8Array): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length, 0);
    ends.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const parts = [signature, chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.alloc(10)))];
  return Buffer.concat([...parts, chunk('IEND', new Uint8Array(0))]);
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

describe('readImageFile', () => {
  it('gives the pixels of a PNG as they are', async () => {
    const image = await read('a.png', await picture().png().toBuffer());
    expect([image.width, image.height, image.data.length]).toEqual([4, 6, 72]);
    expect([...image.data.subarray(0, 3)]).toEqual([250, 10, 20]);
    expect([...image.data.subarray(69)]).toEqual([10, 20, 240]);
  });

  it('does not turn a picture by its EXIF orientation', async () => {
    const turned = await picture()
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 100 })
      .toBuffer();
    const image = await read('turned.jpg', turned);
    expect([image.width, image.height]).toEqual([4, 6]);
    expect(image.data[0]).toBeGreaterThan(200);
    expect(image.data[69]).toBeLessThan(60);
  });

  it.each([
    ['grey JPEG', () => picture().greyscale().jpeg()],
    ['grey PNG', () => picture().greyscale().png()],
    ['16 bits a channel', () => picture().toColourspace('rgb16').png()],
    ['transparency', () => picture().ensureAlpha(0.5).png()],
    ['grey with transparency', () => picture().greyscale().ensureAlpha(0.5).png()],
    ['CMYK', () => picture().toColourspace('cmyk').jpeg()],
    ['a palette', () => picture().png({ palette: true })],
    ['WebP', () => picture().webp()],
  ])('makes 8-bit RGB of %s', async (name, make) => {
    const image = await read(name, await make().toBuffer());
    expect(image.data).toHaveLength(72);
    const [top, bottom] = [image.data.subarray(0, 3), image.data.subarray(69)];
    if (name.includes('grey')) {
      expect(top[0]).toBe(top[1]);
      expect(top[1]).toBe(top[2]);
      expect(top[0]).toBeGreaterThan(bottom[0]!); // the red is the brighter one
    } else {
      expect(top[0]).toBeGreaterThan(180);
      expect(bottom[2]).toBeGreaterThan(bottom[0]! + 50);
    }
  });

  it('turns a picture by its EXIF orientation when asked to', async () => {
    const turned = await picture().withMetadata({ orientation: 6 }).png().toBuffer();
    await folder.write('turn.png', turned);
    const path = join(folder.directory, 'turn.png');
    const image = await readImageFile(path, { applyOrientation: true });
    expect([image.width, image.height]).toEqual([6, 4]);
    // A quarter turn clockwise: what was above is on the right.
    expect([...image.data.subarray(15, 18)]).toEqual([250, 10, 20]);
    expect([...image.data.subarray(0, 3)]).toEqual([10, 20, 240]);
    expect(await readImageSize(path, { applyOrientation: true })).toEqual({ width: 6, height: 4 });
    expect(await readImageSize(path)).toEqual({ width: 4, height: 6 });
  });

  it('takes the numbers as stored, whatever the colour profile, unless asked to convert', async () => {
    const profiled = await picture().withIccProfile('p3').png().toBuffer();
    const stored = await sharp(profiled, { ignoreIcc: true }).raw().toBuffer();
    expect([...stored.subarray(0, 3)]).not.toEqual([250, 10, 20]); // the numbers are P3's
    expect([...(await read('p3.png', profiled)).data]).toEqual([...stored]);
    const path = join(folder.directory, 'p3.png');
    const converted = await readImageFile(path, { applyProfile: true });
    const distance = (data: ArrayLike<number>) =>
      Math.abs(data[0]! - 250) + Math.abs(data[1]! - 10) + Math.abs(data[2]! - 20);
    expect(distance(converted.data)).toBeLessThan(distance(stored) / 3);
  });

  it('keeps the upper 8 of 16 bits', async () => {
    const values = Uint16Array.from({ length: 24 }, (_, i) => (i * 2731 + 255) & 0xffff);
    const png = await sharp(values, { raw: { width: 4, height: 2, channels: 3 } })
      .toColourspace('rgb16')
      .png()
      .toBuffer();
    const { data } = await read('deep.png', png);
    expect([...data]).toEqual([...values].map((value) => value >> 8));
  });

  it('reads the first picture of an animation', async () => {
    const frames = Buffer.concat([Buffer.alloc(8 * 8 * 3, 200), Buffer.alloc(8 * 8 * 3, 40)]);
    for (const form of ['gif', 'webp'] as const) {
      const raw = { width: 8, height: 16, channels: 3, pageHeight: 8 } as const;
      const animation = await sharp(frames, { raw })
        .toFormat(form, form === 'webp' ? { lossless: true } : {})
        .toBuffer();
      const pages = (await sharp(animation).metadata()).pages;
      expect(pages, form).toBe(2);
      const image = await read(`moving.${form}`, animation);
      expect([image.width, image.height, image.data[0]]).toEqual([8, 8, 200]);
    }
  });

  it('drops transparency and keeps the colour under it', async () => {
    const data = Uint8Array.of(200, 100, 50, 0, 10, 20, 30, 255);
    const png = await sharp(data, { raw: { width: 2, height: 1, channels: 4 } })
      .png()
      .toBuffer();
    expect([...(await read('clear.png', png)).data]).toEqual([200, 100, 50, 10, 20, 30]);
  });

  it('refuses a picture of too many pixels by its header', async () => {
    await folder.write('large.png', pngHeader(40_000, 40_000));
    const path = join(folder.directory, 'large.png');
    for (const read of [readImageFile, readImageSize]) {
      await expect(read(path)).rejects.toMatchObject({
        code: 'BAD_IMAGE',
        message: expect.stringMatching(/large\.png has more than 268435456 pixels\. .* maxPixels/),
      });
    }
    const small = read('small.png', await picture().png().toBuffer());
    expect((await small).width).toBe(4);
    const limited = readImageFile(join(folder.directory, 'small.png'), { maxPixels: 23 });
    await expect(limited).rejects.toThrow(/has more than 23 pixels/);
    const allowed = readImageFile(join(folder.directory, 'small.png'), { maxPixels: 24 });
    expect((await allowed).height).toBe(6);
  });

  it('reads bytes as it reads files', async () => {
    const bytes = await jpeg(3);
    const fromBytes = await decodeImage(bytes, 'three');
    const fromFile = await read('three.jpg', bytes);
    expect([...fromBytes.data]).toEqual([...fromFile.data]);
    for (const nothing of [new Uint8Array(0), bytes.subarray(0, 500)]) {
      await expect(decodeImage(nothing, 'archive, 7.jpg')).rejects.toMatchObject({
        code: 'BAD_IMAGE',
        message: expect.stringContaining('archive, 7.jpg cannot be read as a picture'),
      });
    }
  });

  it.each<[string, () => Promise<Uint8Array>]>([
    ['cut off', async () => (await jpeg(1, 200, 150)).subarray(0, 9000)],
    ['cut off in its header', async () => (await jpeg(1)).subarray(0, 30)],
    ['empty', async () => new Uint8Array(0)],
    ['text', async () => Buffer.from('<html>404 not found</html>')],
  ])('says which file is %s and what to do', async (name, make) => {
    await expect(read(`${name}.jpg`, await make())).rejects.toMatchObject({
      name: 'DatasetError',
      code: 'BAD_IMAGE',
      message: expect.stringMatching(
        new RegExp(`${name}\\.jpg cannot be read as a picture \\(.+\\)\\. Fetch it again`),
      ),
    });
  });

  it('names a missing file', async () => {
    const path = join(folder.directory, 'gone.jpg');
    for (const reading of [readImageFile(path), readImageSize(path)]) {
      await expect(reading).rejects.toMatchObject({
        code: 'BAD_IMAGE',
        message: expect.stringContaining('gone.jpg'),
      });
    }
  });
});
