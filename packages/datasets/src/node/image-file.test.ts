import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jpeg, type TestFolder, temporaryFolder } from '../../test/coco-folder.js';
import { readImageFile, readImageSize } from './image-file.js';

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
