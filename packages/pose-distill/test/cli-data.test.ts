import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createWorkplace, type Outcome } from './command.js';

const { folder, run } = createWorkplace();
const ANNOTATIONS = join(folder, 'figures/annotations/person_keypoints_val.json');
const data = (...args: readonly string[]): Promise<Outcome> => run(['data', ...args]);

beforeAll(async () => {
  const { error } = await data('write', '--out', 'figures', '--train', '4', '--val', '3');
  expect(error).toBe('');
});

describe('pose-distill data', () => {
  it('finds nothing wrong with what it wrote', async () => {
    const { status, out } = await data('check', 'coco:figures');
    expect(out).toMatch(/^train: 4 people to train on, 0 problems\nval: 3 people/);
    expect(status).toBe(0);
  });

  it('counts, as text, JSON and a page', async () => {
    const text = await data('stats', 'coco:figures', '--split', 'val', '--report', 'stats.html');
    expect(text.out).toMatch(/people to train on\s+3\n/);
    expect(text.out).toMatch(/left_wrist\s+\d+\.\d %/);
    expect(readFileSync(join(folder, 'stats.html'), 'utf8')).toContain('left_wrist</text>');
    const json = JSON.parse((await data('stats', 'coco:figures', '--json')).out);
    expect(json.map(({ statistics }: never) => statistics)).toMatchObject([
      { sampleCount: 4, skeleton: 'coco17' },
      { sampleCount: 3 },
    ]);
  });

  it('draws a page or a picture', async () => {
    const html = await data('draw', 'coco:figures', '--out', 'sheets/sheet.html', '--count', '2');
    expect(html.out).toMatch('2 of 4 people are drawn in sheets/sheet.html');
    expect(readFileSync(join(folder, 'sheets/sheet.html'), 'utf8')).toContain('data:image/jpeg');
    await data('draw', 'synthetic:{"count":3}', '--out', 'sheet.png');
    expect(readFileSync(join(folder, 'sheet.png')).subarray(1, 4).toString()).toBe('PNG');
    const other = await data('draw', 'coco:figures', '--out', 'sheet.bmp');
    expect(other).toMatchObject({ status: 2 });
    expect(other.error).toMatch('expected FILE.html or FILE.png, got sheet.bmp');
    expect(existsSync(join(folder, 'sheet.bmp'))).toBe(false);
  });

  it('shows the people concerned by a problem', async () => {
    const whole = readFileSync(ANNOTATIONS, 'utf8');
    const json = JSON.parse(whole);
    json.annotations[1].area = 1e7;
    json.annotations[2].bbox = [0, 0, 0, 5];
    writeFileSync(ANNOTATIONS, JSON.stringify(json));
    const { status, out } = await data('check', 'coco:figures', '--report', 'problems.html');
    expect(status).toBe(1);
    expect(out).toMatch(/val: 2 people to train on, 2 problems\n {2}1 x EMPTY_BOX \(error\)/);
    expect(out).toContain('1 x AREA_DISAGREES (warning)');
    const page = readFileSync(join(folder, 'problems.html'), 'utf8');
    expect(page.split('<figure>')).toHaveLength(2);
    const listed = JSON.parse((await data('check', 'coco:figures', '--json')).out);
    expect(listed[1].problems[1]).toEqual({
      severity: 'warning',
      code: 'AREA_DISAGREES',
      path: expect.stringContaining('annotation '),
      message: expect.stringContaining('% of the box'),
    });
    expect(listed[1].dataset).toBeUndefined();
    writeFileSync(ANNOTATIONS, whole);
  });

  it('writes crowds with the keypoints asked for', async () => {
    const where = ['--out', 'crowds', '--train', '2', '--val', '1'];
    await data('write', ...where, '--people', '3', '--crowding', '0.8', '--skeleton', 'lsp14');
    const json = JSON.parse((await data('stats', 'coco:crowds', '--json')).out);
    expect(json[0].statistics).toMatchObject({ skeleton: 'lsp14', imageCount: 2, personCount: 6 });
    const { status, error } = await data('write', ...where, '--people', '3', '--crowding', '7');
    expect(status).toBe(1);
    expect(error).toContain('crowding');
  });

  it('packs shards, which training reads in sequence', async () => {
    const packed = await data('shards', 'coco:figures', '--out', 'shards', '--max-count', '2');
    expect(packed.out).toMatch('4 people are in 2 archives in shards');
    expect(existsSync(join(folder, 'shards/train-000001.tar'))).toBe(true);
    const again = await data('shards', 'coco:figures', '--out', 'shards');
    expect(again).toMatchObject({ status: 1 });
    expect(again.error).toContain('exists already');
    const tiny = [
      ...[
        'train',
        '--recipe',
        'plain',
        '--data',
        'coco:figures',
        '--input',
        '32x32',
        '--steps',
        '2',
      ],
      ...['--network', 'mobilenetv2x0.25s16-deconv8', '--batch-size', '2', '--set', 'sigma=1'],
      ...['--shards', 'shards', '--shard'],
    ];
    const trained = await run([...tiny, '1/2', '--out', 'run']);
    expect(trained.error).not.toContain('pose-distill:');
    expect(trained.out).toContain('Report: run/report.html');
    expect(JSON.parse(readFileSync(join(folder, 'run/job.json'), 'utf8'))).toMatchObject({
      shards: { directory: 'shards', shard: '1/2' },
    });
    const none = await run([...tiny, '2/3', '--out', 'none']);
    expect(none).toMatchObject({ status: 1 });
    expect(none.error).toContain('none is left for share 2 of 3');
    expect(await run([...tiny, '3/3', '--out', 'none'])).toMatchObject({ status: 2 });
  });

  it.each([
    ['a source that is none', ['check', 'figures'], 2, 'expected `coco:DIR`'],
    ['a folder that is not there', ['stats', 'coco:nowhere'], 1, 'is not a folder'],
    ['a count of nothing', ['draw', 'synthetic', '--out', 'a.png', '--count', '0'], 2, 'from 1 up'],
  ])('refuses %s', async (_, args, expected, message) => {
    const { status, error } = await data(...args);
    expect(status).toBe(expected);
    expect(error).toContain(message);
  });
});
