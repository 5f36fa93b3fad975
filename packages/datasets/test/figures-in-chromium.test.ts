import { fileURLToPath } from 'node:url';
import { findChromium, runInChromium } from '@pose-distill/internal-testing/chromium';
import { expect, it } from 'vitest';
import digest from './figures.browser.js';

it.skipIf(!findChromium())('figures are the same to the last bit in Chromium', async () => {
  const page = fileURLToPath(new URL('./figures.browser.ts', import.meta.url));
  expect(await runInChromium(page)).toEqual(digest());
});
