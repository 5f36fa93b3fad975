import { readFile } from 'node:fs/promises';
import { runReadmeExample, startBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it, vi } from 'vitest';
import * as align from '../src/index.js';

it('examples/align prints what it says', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await import('../examples/align.js');
  expect(log.mock.calls.map((line) => line.join(' '))).toEqual([
    'reference: teacher (5,9) student (5,9) squares 0.1862',
    'paper: teacher (5,9) student (0,12) squares 1.0412',
  ]);
});

it('examples/draw-windows makes the picture of the README', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  const { default: picture } = await import('../examples/draw-windows.js');
  expect(log).toHaveBeenLastCalledWith(
    'teacher, window around (6, 8); student, window around (3, 8)',
  );
  const stored = new URL('../../../docs/images/hhd-windows.svg', import.meta.url);
  expect(picture).toBe(await readFile(stored, 'utf8'));
});

it('the program of the README prints what it says', async () => {
  await startBackend('cpu');
  const readme = new URL('../README.md', import.meta.url);
  const { logged, promised } = await runReadmeExample(readme, {
    '@tensorflow/tfjs-core': tf,
    '@pose-distill/hhd-align': align,
  });
  expect(promised).not.toEqual([]);
  expect(logged).toEqual(promised);
});
