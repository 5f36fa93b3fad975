import { expect, it, vi } from 'vitest';
import { readImageFile } from './image-file.js';
import { writeFigures } from './write-figures.js';

it('says how to get sharp when it is missing', async () => {
  vi.doMock('sharp', () => {
    throw new Error("Cannot find package 'sharp'");
  });
  const missing = { code: 'MISSING_PEER', message: expect.stringContaining('npm install sharp') };
  await expect(readImageFile('a.jpg')).rejects.toMatchObject(missing);
  await expect(writeFigures('/nowhere', { train: 1, val: 0 })).rejects.toMatchObject(missing);
});
