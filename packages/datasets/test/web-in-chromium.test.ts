import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium, runInChromium } from '@pose-distill/internal-testing/chromium';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebOutcome } from './web.browser.js';
import { makeFixtures, type WebFixture } from './web-fixtures.js';

/** Grey levels: two libraries may round differently in decoding, converting a profile, cutting 16 bits to 8. */
const GREY_LEVELS = 2;
const LOSSLESS = /^(plain|palette|turned|transparent)\.png$|^(turned|transparent)\.webp$/;

describe.skipIf(!findChromium())('pictures in Chromium', () => {
  let fixtures: WebFixture[];
  let outcome: WebOutcome;
  let directory: string;

  beforeAll(async () => {
    fixtures = await makeFixtures();
    directory = await mkdtemp(join(tmpdir(), 'pose-web-'));
    const module = fileURLToPath(new URL('./web.browser.ts', import.meta.url));
    const entry = join(directory, 'entry.ts');
    await writeFile(
      entry,
      `import run from ${JSON.stringify(module)};\nexport default () => run(${JSON.stringify(fixtures)});\n`,
    );
    outcome = await runInChromium<WebOutcome>(entry);
  }, 60_000);

  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('are read from files as Node reads them, lossless ones to the bit, in a page and in a worker', () => {
    expect(Object.keys(outcome.files)).toHaveLength(fixtures.length);
    for (const { name, width, height } of fixtures) {
      const read = outcome.files[name]!;
      expect(read.size, name).toEqual([width, height]);
      expect(read.pixels, name).toBeLessThanOrEqual(GREY_LEVELS);
      if (LOSSLESS.test(name)) expect(read.pixels, name).toBe(0);
      expect(read.worker, name).toBe(0);
      expect(read.crop, name).toBeLessThanOrEqual(GREY_LEVELS);
    }
  });

  it('are read from canvases, bitmaps, elements and videos', () => {
    const { video, videoAgain, frame, ...exact } = outcome.sources;
    for (const [name, off] of Object.entries(exact)) expect(off, name).toBe(0);
    for (const off of [video, videoAgain, frame]) expect(off).toBeLessThanOrEqual(GREY_LEVELS);
    expect(outcome.reused).toEqual({ sameSize: true, otherSize: false });
  });

  it('become a data set', () => {
    expect(outcome.dataset).toEqual({ samples: 6, pixels: 0 });
  });

  it('that cannot be read say so', () => {
    const codes = Object.fromEntries(
      Object.entries(outcome.errors).map(([name, { code }]) => [name, code]),
    );
    expect(codes).toEqual({
      text: 'BAD_IMAGE',
      cutOff: 'BAD_IMAGE',
      halfJpeg: 'BAD_IMAGE',
      halfPng: 'BAD_IMAGE',
      emptyFile: 'BAD_IMAGE',
      closedBitmap: 'BAD_IMAGE',
      closedFrame: 'BAD_IMAGE',
      noVideo: 'BAD_IMAGE',
      brokenElement: 'BAD_IMAGE',
      emptyCanvas: 'BAD_IMAGE',
      string: 'OUT_OF_RANGE',
      smallOut: 'SHAPE_MISMATCH',
    });
    expect(outcome.errors.text!.message).toContain('notes.txt');
    expect(outcome.errors.noVideo!.message).toContain('0 x 0');
  });
});
