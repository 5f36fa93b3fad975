import sharp from 'sharp';
import { expect, it } from 'vitest';
import { turnedSize, turnPixels } from './turn.js';

it.each([1, 2, 3, 4, 5, 6, 7, 8])('applies orientation %i as sharp does', async (orientation) => {
  const [width, height] = [5, 3];
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 37) % 251);
  const file = await sharp(data, { raw: { width, height, channels: 3 } })
    .withMetadata({ orientation })
    .png()
    .toBuffer();
  const { data: expected, info } = await sharp(file)
    .rotate()
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(turnedSize(width, height, orientation)).toEqual({
    width: info.width,
    height: info.height,
  });
  const out = new Uint8Array(data.length);
  turnPixels({ data, width, height }, orientation, out);
  expect(out).toEqual(new Uint8Array(expected));
});
