import { expect, it, vi } from 'vitest';

it('examples/align prints what it says', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await import('../examples/align.js');
  expect(log.mock.calls.map((line) => line.join(' '))).toEqual([
    'reference: teacher (5,9) student (5,9) squares 0.1862',
    'paper: teacher (5,9) student (0,12) squares 1.0412',
  ]);
});
