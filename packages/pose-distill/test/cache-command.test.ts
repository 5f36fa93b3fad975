import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
// By name: what the command runs.
import { buildPlan, saveModel } from 'pose-distill/node';
import { initialState } from 'pose-distill/train';
import { beforeAll, describe, expect, it } from 'vitest';
import { namedWeights } from '../src/train/state.js';
import { createWorkplace } from './command.js';

const { folder, run: command } = createWorkplace();
const at = (name: string): string => join(folder, name);

/** 3 parts. */
const DATA =
  'synthetic:{"count":600,"validation":8,"size":{"width":40,"height":48},"skeleton":"lsp14"}';
const CACHE = ['cache', '--teacher', 'teacher', '--data', DATA];
const TRAIN = [
  ...['train', '--recipe', 'hhd', '--input', '32x32', '--batch-size', '8', '--steps', '4'],
  ...['--network', 'mobilenetv2x0.25s16-deconv8', '--set', 'sigma=1', 'windowSize=4'],
];

beforeAll(async () => {
  const { lsp14 } = await import('@pose-distill/skeletons');
  const { student: network, ...plan } = await buildPlan({
    module: 'plain',
    options: {
      ...{ keypoints: lsp14.keypoints, height: 32, width: 32 },
      network: 'mobilenetv2x0.25s16-deconv8',
    },
  });
  const weights = namedWeights(network, initialState(network, 1));
  await saveModel(at('teacher'), {
    network,
    weights,
    skeleton: plan.skeleton,
    decode: plan.decode,
  });
});

describe('pose-distill cache', () => {
  it('stops at Ctrl-C, goes on, and is taken by train', { timeout: 120_000 }, async () => {
    const whole = await command([...CACHE, '--out', 'whole']);
    expect(whole.error).toContain('cache: 600 people to go');
    expect(whole.out).toMatch(
      /^Cache: whole, 3 parts written, 0 already there, 3 in all; 2 kB a person$/m,
    );
    expect(whole.status).toBe(0);

    const stopped = await command([...CACHE, '--out', 'stopped'], /cache: \d+ of 600/);
    expect(stopped.status).toBe(1);
    expect(stopped.error).toMatch(
      /Stopped\. [012] whole parts are in stopped; run the same command/,
    );
    expect(readdirSync(at('stopped')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    const early = await command([
      ...TRAIN,
      '--data',
      DATA,
      '--teacher',
      'cache:stopped',
      '--out',
      'early',
    ]);
    expect(early).toMatchObject({
      status: 1,
      error: expect.stringMatching(/no teacher cache in stopped|is not finished/),
    });

    const rest = await command([...CACHE, '--out', 'stopped']);
    expect(rest.out).toMatch(/ 3 in all/);
    for (const name of readdirSync(at('whole')))
      expect(
        readFileSync(join(at('stopped'), name)).equals(readFileSync(join(at('whole'), name))),
      ).toBe(true);

    const trained = await command([
      ...[...TRAIN, '--data', DATA, '--teacher', 'cache:whole', '--out', 'run', '--workers', '2'],
    ]);
    expect(trained.error).toContain('student: done');
    expect(trained.status).toBe(0);
    expect(existsSync(at('run/student/model'))).toBe(true);
  });

  it('ends a run on other data, at another size, or from archives, with status 1 or 2', {
    timeout: 60_000,
  }, async () => {
    const other = DATA.replace('600', '64');
    const data = await command([
      ...TRAIN,
      '--data',
      other,
      '--teacher',
      'cache:whole',
      '--out',
      'a',
    ]);
    expect(data).toMatchObject({
      status: 1,
      error: expect.stringMatching(/Cache: 600 samples of synthetic.*data: 64 samples/),
    });
    const size = [
      ...TRAIN,
      '--data',
      DATA,
      '--teacher',
      'cache:whole',
      '--input',
      '64x64',
      '--out',
      'b',
    ];
    expect(await command(size)).toMatchObject({
      status: 2,
      error: expect.stringContaining('32x32'),
    });
    await command(['data', 'shards', other, '--split', 'train', '--out', 'archives']);
    const archives = [...TRAIN, '--data', DATA, '--teacher', 'cache:whole', '--out', 'c'];
    expect(await command([...archives, '--shards', 'archives'])).toMatchObject({
      status: 2,
      error: expect.stringMatching(/Leave --shards out/),
    });
  });

  it('says what is wrong with its options', async () => {
    const status = async (...args: string[]): Promise<readonly [number | null, string]> => {
      const outcome = await command([...args, '--out', 'none']);
      expect(outcome.error).not.toContain('    at ');
      return [outcome.status, outcome.error];
    };
    expect(await status('cache', '--teacher', 'teacher')).toEqual([
      2,
      expect.stringContaining('--data'),
    ]);
    expect(await status(...CACHE, '--shard', '2/2')).toEqual([2, expect.stringContaining('0/4')]);
    expect(await status(...CACHE, '--top', '9')).toEqual([
      2,
      expect.stringContaining('--codec topk'),
    ]);
    expect(await status(...CACHE, '--codec', 'topk', '--top', '65')).toEqual([
      2,
      expect.stringContaining('1 to 64 values of a map of 8x8'),
    ]);
    expect(await status('cache', '--teacher', 'nowhere', '--data', DATA)).toEqual([
      1,
      expect.stringContaining('No model in nowhere'),
    ]);
    expect(await status(...CACHE, '--outputs', 'heatmaps,stack1')).toEqual([
      2,
      expect.stringContaining('under the name stack1. It does under: heatmaps'),
    ]);
    const coco = ['cache', '--teacher', 'teacher', '--data', 'synthetic:{"count":8}'];
    expect(await status(...coco)).toEqual([
      2,
      expect.stringContaining('the data have nose, left_eye'),
    ]);
    expect(existsSync(at('none'))).toBe(false);
  });
});
