import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createWorkplace } from './command.js';

const { folder, run: command, put } = createWorkplace();

const TINY = [
  'train',
  ...['--data', 'synthetic:{"count":64,"validation":16}', '--input', '32x32', '--batch-size', '8'],
  ...['--network', 'mobilenetv2x0.25s16-deconv8', '--set', 'sigma=1'],
];

const NAMES = ['left_shoulder', 'right_shoulder', 'left_hip', 'right_hip'];
const TRUTH = {
  images: [{ id: 1, file_name: 'a.jpg', width: 100, height: 100 }],
  categories: [{ id: 1, name: 'person', keypoints: NAMES }],
  annotations: [
    {
      ...{ id: 1, image_id: 1, category_id: 1, iscrowd: 0, num_keypoints: 4, area: 4000 },
      ...{ bbox: [10, 10, 60, 80], keypoints: [60, 20, 2, 20, 20, 2, 50, 60, 2, 30, 60, 2] },
    },
  ],
};
const RESULT = {
  image_id: 1,
  category_id: 1,
  score: 0.9,
  keypoints: [60, 20, 1, 20, 20, 1, 50, 60, 1, 30, 90, 1],
};

describe('command line', () => {
  it('has help with an example for every command', async () => {
    for (const name of [
      ['train'],
      ['import'],
      ['cache'],
      ['eval', 'coco'],
      ['eval', 'pck'],
      ['complexity'],
      ['data', 'check'],
      ['doctor'],
      ['demo'],
    ]) {
      const { status, out } = await command([...name, '--help']);
      expect(status, name.join(' ')).toBe(0);
      expect(out).toContain('Example:\n  pose-distill ');
    }
  });

  it('ends with status 2 on bad usage', async () => {
    expect((await command(['nothing'])).status).toBe(2);
    expect((await command(['train', '--input', '12'])).status).toBe(2);
    const unknown = await command(['complexity', '--network', 'alexnet']);
    expect(unknown).toMatchObject({
      status: 2,
      error: expect.stringContaining('mobilenetv2-deconv256'),
    });
    const odd = await command([
      'complexity',
      '--network',
      'mobilenetv2-deconv256',
      '--input',
      '250x192',
    ]);
    expect(odd).toMatchObject({ status: 2, error: expect.stringContaining('multiples of 32') });
  });

  it('counts parameters and operations', async () => {
    const args = [
      '--network',
      'mobilenetv2x0.5s16-deconv64',
      '--input',
      '128x128',
      '--keypoints',
      '14',
    ];
    const { out } = await command(['complexity', ...args, '--json']);
    expect(JSON.parse(out)).toMatchObject({ parameters: 267_246, macs: 43_059_200 });
  });

  it('lists networks, counts by stage, draws', { timeout: 60_000 }, async () => {
    const whole = await command(['complexity', '--network', 'peleenet-duc']);
    expect(whole.out).toMatch(/^parameters\s+2,802,013$/m);
    expect(whole.out).toMatch(/^decoder\.step2\s+32x24x176\s+139,744\s+107,053,056$/m);
    const list = await command(['complexity', '--list', '--input', '256x256', '--json']);
    const rows = JSON.parse(list.out) as { name: string; input: string; macs: number }[];
    expect(rows.find(({ name }) => name === 'hourglass-2')!.input).toBe('256x256');
    // 48 does not divide the width that was asked for.
    expect(rows.find(({ name }) => name === 'distilpose-l')!.input).toBe('256x192');
    const table = (await command(['complexity', '--list'])).out.trimEnd().split('\n');
    expect(table).toHaveLength(rows.length + 1);
    const file = join(folder, 'network.svg');
    const args = ['--network', 'hrnet-w32', '--input', '64x64', '--svg', file];
    expect((await command(['complexity', ...args])).status).toBe(0);
    expect(readFileSync(file, 'utf8')).toMatch(/^<svg [^>]*>.*hrnet-w32, 64x64, 17 keypoints/s);
    const none = await command(['complexity']);
    expect(none).toMatchObject({ status: 2, error: expect.stringContaining('--list') });
    const close = await command(['complexity', '--network', 'peleent-duc']);
    expect(close).toMatchObject({ status: 2, error: expect.stringContaining('peleenet-duc') });
    const zero = await command(['complexity', '--network', 'peleenet-duc', '--keypoints', '0']);
    expect(zero.status).toBe(2);
  });

  it('scores PCK and AP from files', async () => {
    const [gt, dt] = [put('gt.json', TRUTH), put('dt.json', [RESULT])];
    const pck = await command(['eval', 'pck', '--gt', gt, '--dt', dt, '--json']);
    // Torso: right shoulder to left hip, 50; the right hip is 30 off, more than a fifth.
    expect(JSON.parse(pck.out)).toEqual({ stats: { PCK: 0.75 } });
    const box = await command([
      'eval',
      'pck',
      '--gt',
      gt,
      '--dt',
      dt,
      '--by',
      'box',
      '--threshold',
      '0.375',
      '--json',
    ]);
    expect(JSON.parse(box.out)).toEqual({ stats: { PCK: 1 } });
    const coco = await command(['eval', 'coco', '--gt', gt, '--dt', dt, '--json']);
    const { stats } = JSON.parse(coco.out);
    expect(Object.keys(stats).join()).toBe('AP,AP50,AP75,APm,APl,AR,AR50,AR75,ARm,ARl');
    expect(stats.APl).toBeNull();
  });

  it('says in one paragraph what is wrong with a file', async () => {
    const dt = put('dt.json', [RESULT]);
    const missing = await command(['eval', 'coco', '--gt', 'none.json', '--dt', dt]);
    expect(missing).toMatchObject({ status: 1, error: expect.stringContaining('none.json') });
    const cut = put('cut.json', '{"images": [');
    expect((await command(['eval', 'coco', '--gt', cut, '--dt', dt])).error).toContain('cut short');
    const source = await command(['train', '--data', 'coco:nowhere']);
    expect(source.status).toBe(1);
    expect(source.error).toContain('nowhere');
    expect(source.error).not.toContain('    at ');
  });

  it('trains a teacher and a distilled student, and resumes after Ctrl-C with the same result', async () => {
    const flags = [...TINY, '--teacher-network', 'mobilenetv2x0.25s16-deconv8', '--steps', '30'];
    const whole = await command([...flags, '--out', 'whole']);
    expect(whole.error + whole.out).toContain('Report: whole/report.html');
    expect(whole.status).toBe(0);
    expect(whole.error).toMatch(/student: done, tensors \d+ MiB at most, heap \d+ MiB/);
    expect(readFileSync(join(folder, 'whole/report.html'), 'utf8')).toMatch(
      /teacher: \d+ threads?; tensors/,
    );

    const stopped = await command(
      [...flags, '--out', 'stopped'],
      /student \[#+-*\] 3\/30|student: 30 steps/,
    );
    expect(stopped.status).toBe(1);
    expect(stopped.error).toContain('pose-distill train --resume --out stopped');
    // With as many micro-batches the number of threads changes nothing.
    const resumed = await command(['train', '--resume', '--out', 'stopped', '--workers', '1']);
    expect(resumed.error).toContain('on 1 thread (as asked)');
    expect(resumed.error).toContain('student: done');
    expect(resumed.status).toBe(0);
    const weights = (run: string): Buffer =>
      readFileSync(join(folder, run, 'student/model/weights.safetensors'));
    expect(weights('stopped').equals(weights('whole'))).toBe(true);
    expect(existsSync(join(folder, 'stopped/report.html'))).toBe(true);
    expect(
      readdirSync(join(folder, 'stopped'), { recursive: true }).filter((name) =>
        String(name).endsWith('.tmp'),
      ),
    ).toEqual([]);

    const again = await command([...flags, '--out', 'whole']);
    expect(again).toMatchObject({ status: 2, error: expect.stringContaining('--resume') });
  });

  it('checks a data folder and lists every problem', async () => {
    const written = await command([
      'data',
      'write',
      '--out',
      'figures',
      '--train',
      '3',
      '--val',
      '2',
    ]);
    expect(written.status).toBe(0);
    expect((await command(['data', 'check', 'coco:figures'])).status).toBe(0);
    rmSync(join(folder, 'figures/train', readdirSync(join(folder, 'figures/train'))[0]!));
    const { status, out } = await command(['data', 'check', 'coco:figures', '--json']);
    expect(status).toBe(1);
    const [train] = JSON.parse(out);
    expect(train.problems).toHaveLength(1);
  });

  it('explains the machine', async () => {
    const { status, out } = await command(['doctor']);
    expect(status).toBe(0);
    expect(out).toMatch(/GFLOP\/s/);
  });
});
