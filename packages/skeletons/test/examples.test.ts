import { expect, it, vi } from 'vitest';

it('examples/custom-skeleton prints what it says', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await import('../examples/custom-skeleton.js');
  expect(log.mock.calls).toEqual([
    ['pairs', '[[1,2],[3,4]]'],
    ['mirrored x', '31 49 13 43 23'],
  ]);
});
