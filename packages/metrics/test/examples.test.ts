import { expect, it, vi } from 'vitest';

it('examples/coco-ap prints what the README says', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await import('../examples/coco-ap.js');
  expect(log.mock.calls.flat()).toEqual([
    'AP 0.6535, AP50 1.0000, APl null',
    'PCK@0.05 0.5 of 2 people',
  ]);
});

it('examples/mpii-pckh prints what is worked out by hand', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  log.mockClear();
  await import('../examples/mpii-pckh.js');
  // Right: the second person's 13 joints of the mean, of 27; of the ankles only the left one, once of twice.
  expect(log.mock.calls.flat()).toEqual([
    'PCKh 48.15 %, ankles 25 %, counted 1 of 2',
    "HRNet's Mean@0.1 is PCKh@0.11: true",
    'kept: 1,2 and 1,2',
  ]);
});

it('examples/why-this-ap finds what is wrong with three people', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  log.mockClear();
  const { html } = await import('../examples/why-this-ap.js');
  expect(log.mock.calls.flat()).toEqual([
    'AP 0.151, missed 1',
    'of 34 keypoints: {"good":17,"jitter":3,"inversion":14,"swap":0,"miss":0}',
    'results about nobody: duplicate',
    'AP without inversions +0.479, with nobody missed +0.349',
  ]);
  expect(html).toContain('<title>Three people</title>');
});

it('examples/in-parts puts two parts together', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  log.mockClear();
  await import('../examples/in-parts.js');
  expect(log.mock.calls.flat()).toEqual(['3 images, 1478 bytes: AP 0.4347, AP75 0.3366']);
});
