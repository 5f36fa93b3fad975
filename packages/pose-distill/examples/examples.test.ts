import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initialise } from '@pose-distill/network';
import { coco17 } from '@pose-distill/skeletons';
import { saveModel } from 'pose-distill/node';
import { buildNetwork } from 'pose-distill/recipes';
import { expect, it } from 'vitest';
import { createWorkplace } from '../test/command.js';
// @ts-expect-error: an example is plain JavaScript
import { distil } from './cache-then-train.js';

const { folder, run: command } = createWorkplace();
const RECIPE = ['--recipe', new URL('./two-teachers.js', import.meta.url).href];
const DATA = ['--data', 'synthetic:{"count":16,"validation":4}', '--set', 'side=32'];

async function writeTeacher(name: string): Promise<string> {
  const inputSize = { width: 32, height: 32 };
  const network = buildNetwork(name, { inputSize, keypoints: coco17.keypoints.length });
  await saveModel(join(folder, name), {
    ...{ network, weights: initialise(network, 1), skeleton: coco17 },
    decode: { kind: 'heatmap', refine: 'quarter' },
  });
  return name;
}

it('two-teachers.js distils from two teachers on two threads, and asks for the one that is not named', async () => {
  const sharp = ['--teacher', `sharp=${await writeTeacher('mobilenetv2x0.25s16-deconv8')}`];
  const large = ['--teacher', `large=${await writeTeacher('mobilenetv2x0.25s16-deconv16')}`];
  const flags = ['train', ...RECIPE, ...DATA, '--batch-size', '4', '--steps', '3'];
  const alone = await command([...flags, ...sharp]);
  expect(alone).toMatchObject({
    status: 2,
    error: expect.stringContaining('teacher "large" is undefined; give it by --teacher large='),
  });
  const { status, error } = await command([...flags, ...sharp, ...large, '--workers', '2']);
  expect(error).toContain('student: 3 steps on 2 threads');
  expect(status).toBe(0);
  const events = readFileSync(join(folder, 'runs/latest/student/events.jsonl'), 'utf8');
  const loss = events.split('\n').find((line) => line.includes('"loss"'))!;
  const { terms } = JSON.parse(loss) as { terms: Record<string, number> };
  expect(Object.keys(terms)).toEqual(['coordinates', 'peaks of sharp', 'pixels of large']);
  for (const value of Object.values(terms)) expect(value).toBeGreaterThan(0);
});

it('cache-then-train.js keeps a teacher’s maps and learns from them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cache-then-train-'));
  try {
    const { scores, bytesPerSample } = await distil(folder);
    // 17 maps, 32 values of 4 bytes each, and a record's head.
    expect(bytesPerSample).toBe(17 * 32 * 4 + 56);
    expect(scores).toMatchObject({ 'PCK@0.2': expect.any(Number) });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
