import { expect, it } from 'vitest';
import { createPixelGate } from './pixel-gate.js';

it('keeps the pixels under way below the limit, but lets a larger picture pass alone', async () => {
  const gate = createPixelGate(100);
  let [held, most, alone] = [0, 0, 0];
  const work = async (pixels: number): Promise<void> => {
    await gate.enter(pixels);
    held += pixels;
    if (pixels > 100) {
      alone++;
      expect(held).toBe(pixels);
    } else most = Math.max(most, held);
    await new Promise((resolve) => setTimeout(resolve, pixels % 5));
    held -= pixels;
    gate.leave(pixels);
  };
  await Promise.all([30, 40, 500, 20, 60, 99, 1, 0, 101, 50, 51].map(work));
  expect(most).toBeLessThanOrEqual(100);
  expect(most).toBeGreaterThan(60);
  expect(alone).toBe(2);
});
