import { expect, it, vi } from 'vitest';

it('examples/crop-and-back prints what it says', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await import('../examples/crop-and-back.js');
  expect(log.mock.calls.map((call) => call.join(' '))).toEqual([
    'input 147456',
    'nose 251.3 140.7',
    'left_wrist 290.2 220.4',
  ]);
  log.mockRestore();
});

it('examples/refinement prints the errors of the README', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await import('../examples/refinement.js');
  expect(log.mock.calls.map((call) => call.join(' '))).toEqual([
    'noise 0 none 0.390',
    'noise 0 quarter 0.193',
    'noise 0 dark 0.000',
    'noise 0 soft 0.074',
    'noise 0.05 none 0.404',
    'noise 0.05 quarter 0.206',
    'noise 0.05 dark 0.014',
    'noise 0.05 soft 0.107',
  ]);
  log.mockRestore();
});
