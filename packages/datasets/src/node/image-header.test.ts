import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestFolder, temporaryFolder } from '../../test/coco-folder.js';
import { readHeaderSize, sizeInHeader } from './image-header.js';

let folder: TestFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

const picture = () => sharp({ create: { width: 37, height: 21, channels: 3, background: '#345' } });

describe('readHeaderSize', () => {
  it.each([
    ['a.jpg', () => picture().jpeg().toBuffer()],
    ['progressive.jpg', () => picture().jpeg({ progressive: true }).toBuffer()],
    ['arithmetic-free grey.jpg', () => picture().greyscale().jpeg().toBuffer()],
    ['turned.jpg', () => picture().withMetadata({ orientation: 6 }).jpeg().toBuffer()],
    ['a.png', () => picture().png().toBuffer()],
  ])('finds the stored size of %s', async (name, make) => {
    await folder.write(name, await make());
    expect(await readHeaderSize(`${folder.directory}/${name}`)).toEqual({ width: 37, height: 21 });
  });

  it('reads on when long notes come first', async () => {
    const jpeg = await picture().jpeg().toBuffer();
    const note = Buffer.concat([Buffer.from([0xff, 0xe2, 0xff, 0xff]), Buffer.alloc(0xfffd)]);
    const notes = Buffer.concat([jpeg.subarray(0, 2), note, note, note, jpeg.subarray(2)]);
    await folder.write('notes.jpg', notes);
    expect(await readHeaderSize(`${folder.directory}/notes.jpg`)).toEqual({
      width: 37,
      height: 21,
    });
  });

  it('says nothing about other files', async () => {
    await folder.write('x.gif', Buffer.from('GIF89a'));
    await folder.write('cut.jpg', (await picture().jpeg().toBuffer()).subarray(0, 30));
    await folder.write('empty.jpg', '');
    for (const name of ['x.gif', 'cut.jpg', 'empty.jpg', 'not-there.jpg']) {
      expect(await readHeaderSize(`${folder.directory}/${name}`)).toBeUndefined();
    }
    expect(
      sizeInHeader(Uint8Array.of(0xff, 0xd8, 0xff, 0xd9, 0, 0, 0, 0, 0, 0, 0)),
    ).toBeUndefined();
    expect(
      sizeInHeader(Uint8Array.of(0xff, 0xd8, 0x12, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
    ).toBeUndefined();
  });
});
