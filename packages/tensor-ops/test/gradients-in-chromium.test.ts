import { fileURLToPath } from 'node:url';
import { findChromium, runInChromium } from '@pose-distill/internal-testing/chromium';
import { describe, expect, it } from 'vitest';
import type { CaseResult } from './run-gradient-cases.js';

describe.skipIf(!findChromium())('in Chromium', () => {
  it('the gradients of training agree with finite differences on webgl and webgpu', async () => {
    const page = fileURLToPath(new URL('./gradients.browser.ts', import.meta.url));
    const failures = await runInChromium<Record<string, CaseResult[]>>(page);
    expect(Object.keys(failures)).toContain('webgl');
    for (const [backend, wrong] of Object.entries(failures)) expect(wrong, backend).toEqual([]);
  }, 300_000);
});
