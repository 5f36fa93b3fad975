import { expect, it, vi } from 'vitest';

it('the example learns', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  const { losses } = await import('../examples/training-step.js');
  expect(log).toHaveBeenCalledOnce();
  const line = log.mock.calls[0]![0];
  log.mockRestore();
  expect(line).toBe('squared error');
  expect(losses[0]).toBeGreaterThan(1);
  expect(losses[1]).toBeLessThan(0.01);
});
