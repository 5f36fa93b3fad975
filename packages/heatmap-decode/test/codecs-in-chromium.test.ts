import { fileURLToPath } from 'node:url';
import { largestDifference } from '@pose-distill/internal-testing';
import { findChromium, runInChromium } from '@pose-distill/internal-testing/chromium';
import { expect, it } from 'vitest';
import decodeAll from './codecs.browser.js';

it.skipIf(!findChromium())('every codec gives in Chromium what it gives in Node', async () => {
  const page = fileURLToPath(new URL('./codecs.browser.ts', import.meta.url));
  const there = await runInChromium<Record<string, number[]>>(page);
  const here = decodeAll();
  expect(Object.keys(there)).toEqual(Object.keys(here));
  for (const [name, values] of Object.entries(here)) {
    expect(values.every(Number.isFinite), name).toBe(true);
    // Engines may differ in the last bit of exp and log.
    expect(largestDifference(there[name]!, values), name).toBeLessThan(1e-5);
  }
});
