import { expect, it, vi } from 'vitest';

it('examples/distil-a-map prints what it says', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await import('../examples/distil-a-map.js');
  expect(log.mock.calls.map((line) => line.join(' '))).toEqual([
    'step 0: loss 0.1499',
    'step 30: loss 0.0049',
    'step 60: loss 0.0019',
  ]);
});
