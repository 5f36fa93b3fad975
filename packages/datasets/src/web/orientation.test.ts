import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { takeOrientation } from './orientation.js';

const picture = (): ReturnType<typeof sharp> =>
  sharp({ create: { width: 12, height: 7, channels: 3, background: '#c63' } });

async function encoded(
  format: 'jpeg' | 'png' | 'webp',
  orientation?: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const turned = orientation === undefined ? picture() : picture().withMetadata({ orientation });
  return new Uint8Array(await turned.toFormat(format).toBuffer());
}

describe('takeOrientation', () => {
  it.each(['jpeg', 'png', 'webp'] as const)('sets the tag of a %s to 1', async (format) => {
    for (const orientation of [2, 3, 6, 8]) {
      const bytes = await encoded(format, orientation);
      expect((await sharp(bytes).metadata()).orientation).toBe(orientation);
      const before = bytes.slice();
      const { bytes: upright, orientation: taken } = takeOrientation(bytes);
      expect(taken).toBe(orientation);
      expect(bytes).toEqual(before);
      expect(upright).toHaveLength(bytes.length);
      expect(upright.filter((value, i) => value !== bytes[i])).toHaveLength(1);
      // A PNG's checksum is wrong now; readers leave such a chunk out.
      const { orientation: after = 1 } = await sharp(upright, { failOn: 'none' }).metadata();
      expect(after).toBe(1);
    }
  });

  it('reads both byte orders, and segments before EXIF', () => {
    for (const little of [true, false]) {
      const tiff = new DataView(new ArrayBuffer(26));
      tiff.setUint16(0, little ? 0x4949 : 0x4d4d);
      tiff.setUint16(2, 42, little);
      tiff.setUint32(4, 8, little);
      tiff.setUint16(8, 1, little);
      tiff.setUint16(10, 0x0112, little);
      tiff.setUint16(12, 3, little);
      tiff.setUint32(14, 1, little);
      tiff.setUint16(18, 6, little);
      const comment = [0xff, 0xfe, 0, 4, 65, 66, 0xff];
      const exif = [0xff, 0xe1, 0, 34, 69, 120, 105, 102, 0, 0, ...new Uint8Array(tiff.buffer)];
      const bytes = Uint8Array.from([0xff, 0xd8, ...comment, ...exif, 0xff, 0xd9]);
      const { bytes: upright, orientation } = takeOrientation(bytes);
      expect(orientation).toBe(6);
      const view = new DataView(upright.buffer);
      expect(view.getUint16(bytes.length - 2 - 26 + 18, little)).toBe(1);
    }
  });

  it.each(['jpeg', 'png', 'webp'] as const)('leaves a %s without the tag alone', async (format) => {
    const bytes = await encoded(format);
    expect(takeOrientation(bytes).bytes).toBe(bytes);
    expect(takeOrientation(bytes).orientation).toBe(1);
  });

  it('takes any bytes', async () => {
    const start = await encoded('jpeg', 6);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(start.length), (noise, cut) => {
        const bytes = new Uint8Array(cut + noise.length);
        bytes.set(start.subarray(0, cut));
        bytes.set(noise, cut);
        const taken = takeOrientation(bytes);
        expect(taken.bytes).toHaveLength(bytes.length);
        expect([1, 2, 3, 4, 5, 6, 7, 8]).toContain(taken.orientation);
        expect(takeOrientation(new Uint8Array(noise)).bytes).toHaveLength(noise.length);
      }),
    );
  });
});
