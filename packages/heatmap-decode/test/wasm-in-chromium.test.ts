import { fileURLToPath } from 'node:url';
import { findChromium, runInChromium } from '@pose-distill/internal-testing/chromium';
import { expect, it } from 'vitest';

it.skipIf(!findChromium())('the kernels run on a page and agree with the main entry', async () => {
  const page = fileURLToPath(new URL('./wasm.browser.ts', import.meta.url));
  const found = await runInChromium<Record<string, boolean | number>>(page);
  expect(found).toMatchObject({ kernels: true, same: true });
  expect(found.largest).toBeLessThanOrEqual(1);
});
