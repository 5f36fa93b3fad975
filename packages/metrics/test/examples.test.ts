import { expect, it, vi } from 'vitest';

it('examples/coco-ap prints what the README says', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await import('../examples/coco-ap.js');
  expect(log.mock.calls.flat()).toEqual([
    'AP 0.6535, AP50 1.0000, APl null',
    'PCK@0.05 0.5 of 2 people',
  ]);
});
