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
    'noise 0 fit 0.000',
    'noise 0 soft 0.003',
    'noise 0.05 none 0.404',
    'noise 0.05 quarter 0.206',
    'noise 0.05 dark 0.014',
    'noise 0.05 fit 0.015',
    'noise 0.05 soft 0.036',
  ]);
  log.mockRestore();
});

it('examples/onnx-output prints a keypoint in the photo', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await import('../examples/onnx-output.js');
  expect(log.mock.calls.map((call) => call.join(' '))).toEqual(['290.2 220.4 1.00']);
  log.mockRestore();
});

it('examples/border prints the table of the README', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await import('../examples/border.js');
  expect(log.mock.calls.map((call) => call.join(' '))).toEqual([
    'cells from the border 0-1 1-2 2-3 3-4 4-6 6-8 8-12',
    'classic, DARK 0.500 0.499 0.212 0.051 0.007 0.000 0.000',
    'classic, fit 0.000 0.000 0.000 0.000 0.000 0.000 0.000',
    'classic, soft-argmax 0.288 0.035 0.005 0.003 0.003 0.003 0.003',
    'UDP 0.832 0.576 0.222 0.056 0.009 0.000 0.000',
    'UDP of mmpose 1.015 0.576 0.222 0.056 0.009 0.000 0.000',
    'UDP, fit 0.000 0.000 0.000 0.000 0.000 0.000 0.000',
    'UDP combined 0.000 0.000 0.000 0.000 0.000 0.000 0.000',
    'SimCC, DARK 0.294 0.050 0.000 0.000 0.000 0.000 0.000',
    'SimCC, fit 0.000 0.000 0.000 0.000 0.000 0.000 0.000',
    'SimCC on whole bins 0.062 0.062 0.062 0.062 0.062 0.062 0.062',
    'regression 0.000 0.000 0.000 0.000 0.000 0.000 0.000',
  ]);
  log.mockRestore();
});

it('examples/fast prints what it says', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await import('../examples/fast.js');
  expect(log.mock.calls.map((call) => call.join(' '))).toEqual([
    'kernels true',
    'same bits true',
    'input 147456 0.502',
  ]);
  log.mockRestore();
});
