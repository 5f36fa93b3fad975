import { runReadmeExample, startBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it, vi } from 'vitest';
import * as losses from '../src/index.js';

it('examples/distil-a-map prints what it says', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await import('../examples/distil-a-map.js');
  expect(log.mock.calls.map((line) => line.join(' '))).toEqual([
    'step 0: loss 0.1499',
    'step 30: loss 0.0049',
    'step 60: loss 0.0019',
  ]);
});

it('the program of the README prints what it says', async () => {
  await startBackend('cpu');
  const readme = new URL('../README.md', import.meta.url);
  const { logged, promised } = await runReadmeExample(readme, {
    '@tensorflow/tfjs-core': tf,
    '@pose-distill/kd-losses': losses,
  });
  expect(promised).not.toEqual([]);
  expect(logged).toEqual(promised);
});
