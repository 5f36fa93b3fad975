import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { hasReferenceData, referenceFolders, referencePath } from '@pose-distill/internal-testing';
import { coco17 } from '@pose-distill/skeletons';
import { describe, expect, it } from 'vitest';
import { createWorkplace, type Outcome } from './command.js';

const { folder, run, put } = createWorkplace();

/** Runs `pose-distill eval` as built. */
const evaluate = (...args: readonly string[]): Promise<Outcome> => run(['eval', ...args]);

async function stats(...args: readonly string[]): Promise<Record<string, number | null>> {
  const { status, out, error } = await evaluate(...args, '--json');
  expect(error).toBe('');
  expect(status).toBe(0);
  return JSON.parse(out).stats;
}

const pose = (left: number, third: number): number[] =>
  coco17.keypoints.flatMap((_, k) => [left + 12 * (k % 5), 14 * k, third]);
const truth = {
  images: [{ id: 1, crowdIndex: 0.1 }],
  categories: [{ id: 1, name: 'person', keypoints: coco17.keypoints }],
  annotations: [
    {
      ...{ id: 1, image_id: 1, category_id: 1, iscrowd: 0, num_keypoints: 17, area: 7000 },
      ...{ bbox: [10, 0, 60, 240], keypoints: pose(10, 2) },
    },
  ],
};
const found = { image_id: 1, category_id: 1, score: 0.9, keypoints: pose(11, 1) };
const gt = put('gt.json', truth);
const dt = put('dt.json', [found]);

// The evaluators agree with the references to 1e-12 (COCO, CrowdPose), 1e-9 (HRNet) and 1e-4 (mmpose, single precision).
const DIGITS = { coco: 11, hrnet: 8, mmpose: 3 };

function expectStats(
  got: Record<string, number | null>,
  names: readonly string[],
  wanted: readonly number[],
  digits: number,
): void {
  expect(Object.keys(got)).toEqual(names);
  names.forEach((name, i) => {
    if (wanted[i] === -1) expect(got[name], name).toBeNull();
    else expect(got[name], name).toBeCloseTo(wanted[i]!, digits);
  });
}

const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

describe.skipIf(!hasReferenceData('oks'))('eval coco gives the reference’s numbers', () => {
  const root = referencePath('oks');
  it.each(referenceFolders('oks'))('%s', { timeout: 60_000 }, async (name) => {
    const at = (file: string): string => resolve(root, name, file);
    const answer = read(at('expected.json'));
    const params = existsSync(at('params.json')) ? ['--params', at('params.json')] : [];
    const files = ['--gt', at(answer.gt ?? 'gt.json'), '--dt', at(answer.dt ?? 'dt.json')];
    expectStats(
      await stats('coco', ...files, ...params),
      answer.statNames,
      answer.stats,
      DIGITS.coco,
    );
  });
});

describe.skipIf(!hasReferenceData('crowdpose/cases'))(
  'eval crowdpose gives the references’ numbers',
  () => {
    const root = referencePath('crowdpose/cases');
    const runs = referenceFolders('crowdpose/cases').flatMap((name) =>
      ['crowdposetools', 'xtcocotools'].map((rules) => [name, rules] as const),
    );
    it.each(runs)('%s by %s', { timeout: 60_000 }, async (name, rules) => {
      const at = (file: string): string => resolve(root, name, file);
      const answer = read(at('expected.json'));
      const { statNames, stats: wanted } = answer[rules];
      const files = ['--gt', at(answer.gt ?? 'gt.json'), '--dt', at(answer.dt ?? 'dt.json')];
      expectStats(
        await stats('crowdpose', ...files, '--rules', rules),
        statNames,
        wanted,
        DIGITS.coco,
      );
    });
  },
);

describe.skipIf(!hasReferenceData('mpii/preds'))('eval mpii gives the references’ numbers', () => {
  const preds = referencePath('mpii/preds');
  const runs = ['valid-ours', 'valid-example'].flatMap((name) =>
    (['hrnet', 'mmpose'] as const).map((rules) => [name, rules] as const),
  );
  it.each(runs)('%s by %s', { timeout: 60_000 }, async (name, rules) => {
    const { values } = read(join(preds, `${name}.expected.json`))[rules];
    const got = await stats(
      ...['mpii', '--gt', referencePath('mpii/gt_valid.json'), '--base', '1', '--rules', rules],
      ...['--dt', join(preds, `${name}.json`)],
    );
    expectStats(got, Object.keys(values), Object.values(values), DIGITS[rules]);
  });
});

describe('what is printed', () => {
  it('is a table for people, with reasons', async () => {
    const { out, status } = await evaluate('coco', '--gt', gt, '--dt', dt);
    expect(status).toBe(0);
    expect(out).toMatch(/^AP {4}1\.000$/m);
    expect(out).toMatch(/^APl {3}no data \(no person of large area is counted\)$/m);
  });

  it('is null in JSON where there is no data', async () => {
    const got = await stats(
      'crowdpose',
      '--gt',
      gt,
      '--dt',
      dt,
      '--params',
      put('s17.json', { sigmas: coco17.oksSigmas }),
    );
    expect(got).toMatchObject({ AP: expect.closeTo(1, 12), 'AP(E)': 1, 'AP(H)': null });
  });

  it('has help with an example for every kind', async () => {
    for (const kind of ['coco', 'crowdpose', 'mpii', 'pck']) {
      const { status, out } = await evaluate(kind, '--help');
      expect(status).toBe(0);
      expect(out).toMatch(new RegExp(`Example:\\n  pose-distill eval ${kind} `));
    }
  });
});

describe('options', () => {
  it('--params and --sigmas say what the reference’s parameters say', async () => {
    const wide = put(
      'wide.json',
      coco17.oksSigmas.map((sigma) => 2 * sigma),
    );
    const params = put('params.json', {
      sigmas: coco17.oksSigmas.map((sigma) => 2 * sigma),
      maxDets: [20],
    });
    const poor = put('poor.json', [{ ...found, keypoints: pose(22, 1) }]);
    const plain = await stats('coco', '--gt', gt, '--dt', poor);
    const twice = await stats('coco', '--gt', gt, '--dt', poor, '--sigmas', wide);
    expect(twice.AP).toBeGreaterThan(plain.AP!);
    expect(await stats('coco', '--gt', gt, '--dt', poor, '--params', params)).toEqual(twice);
    const both = await evaluate(
      'coco',
      '--gt',
      gt,
      '--dt',
      dt,
      '--sigmas',
      wide,
      '--params',
      params,
    );
    expect(both).toMatchObject({ status: 2, error: expect.stringContaining('give them once') });
  });

  it('--workers changes nothing', async () => {
    const results = Array.from({ length: 200 }, (_, i) => ({
      ...found,
      score: (i * 7919) % 200,
      keypoints: pose(i % 30, 1),
    }));
    const many = put('many.json', results);
    const one = await stats('coco', '--gt', gt, '--dt', many);
    expect(await stats('coco', '--gt', gt, '--dt', many, '--workers', '2')).toEqual(one);
    const inMemory = await evaluate(
      ...['coco', '--gt', gt, '--dt', many, '--report', 'many.html', '--json'],
    );
    expect(JSON.parse(inMemory.out).stats).toEqual(one);
  });

  it('--report writes one page, and says where on stderr', async () => {
    for (const kind of ['coco', 'crowdpose', 'pck']) {
      const extra = kind === 'crowdpose' ? ['--sigmas', put('s.json', coco17.oksSigmas)] : [];
      const run = await evaluate(
        kind,
        '--gt',
        gt,
        '--dt',
        dt,
        ...extra,
        '--json',
        '--report',
        `reports/${kind}.html`,
      );
      expect(run.status).toBe(0);
      expect(Object.values(JSON.parse(run.out).stats)[0]).toBeCloseTo(1);
      expect(run.error).toContain(`reports/${kind}.html`);
    }
    expect(readdirSync(join(folder, 'reports')).sort()).toEqual([
      'coco.html',
      'crowdpose.html',
      'pck.html',
    ]);
    expect(readFileSync(join(folder, 'reports/coco.html'), 'utf8')).toMatch(/<\/html>\s*$/);
  });

  it.skipIf(!hasReferenceData('mpii/preds'))('--report draws PCKh too', async () => {
    const run = await evaluate(
      ...['mpii', '--gt', referencePath('mpii/gt_valid.json'), '--base', '1', '--report', 'h.html'],
      ...['--dt', referencePath('mpii/preds/valid-ours.json')],
    );
    expect(run.status).toBe(0);
    expect(run.out).toMatch(/^Mean {6}88\.035$/m);
    expect(readFileSync(join(folder, 'h.html'), 'utf8')).toContain('<b>88.0</b><span>Mean</span>');
  });

  it('leaves no part of a report behind when it cannot be written', async () => {
    const run = await evaluate('coco', '--gt', gt, '--dt', dt, '--report', join(dt, 'r.html'));
    expect(run).toMatchObject({ status: 1, out: '', error: expect.stringContaining('r.html') });
  });
});

describe('what is wrong is said in one paragraph', () => {
  const many = (error: string): void => {
    expect(error.trim().split('\n')).toHaveLength(1);
    expect(error).not.toContain('    at ');
  };

  it.each([
    ['a missing file', [gt, 'nowhere.json'], 'nowhere.json'],
    ['a folder', [folder, dt], 'is a folder'],
    ['an empty file', [gt, put('zero.json', '')], 'zero.json is empty'],
    ['text that is not JSON', [gt, put('text.json', 'hello')], 'not JSON'],
    ['results cut short', [gt, put('cut.json', '[{"image_id":1},{"ima')], 'cut.json'],
    ['annotations cut short', [put('cutgt.json', '{"images":[{"id":1}'), dt], 'is cut short'],
    ['files that are swapped', [dt, gt], 'swapped'],
    ['annotations given twice', [gt, gt], 'swapped'],
    ['no results', [gt, put('none.json', [])], 'expected at least one'],
    ['an unknown image', [gt, put('far.json', [{ ...found, image_id: 7 }])], 'image 7'],
    ['numbers instead of results', [gt, put('numbers.json', [1, 2])], 'numbers.json'],
    [
      'annotations without lists',
      [put('part.json', { images: [] }), dt],
      "'annotations', 'categories'",
    ],
    [
      'another number of keypoints',
      [gt, put('k.json', [{ ...found, keypoints: [1, 2, 3] }])],
      '3 x 17',
    ],
  ])('%s', async (_, [annotations, results], message) => {
    const run = await evaluate('coco', '--gt', annotations!, '--dt', results!, '--json');
    expect(run.status).toBe(1);
    expect(run.out).toBe('');
    expect(run.error).toContain(message);
    many(run.error);
  });

  it('unknown rules, parameters and kinds', async () => {
    const files = ['--gt', gt, '--dt', dt];
    const rules = await evaluate('crowdpose', ...files, '--rules', 'mine');
    expect(rules).toMatchObject({ status: 2, error: expect.stringContaining('xtcocotools') });
    expect((await evaluate('mpii', ...files, '--base', '2')).status).toBe(2);
    expect((await evaluate('cocoo', ...files)).status).toBe(2);
    expect((await evaluate('coco', '--gt', gt)).status).toBe(2);
    const params = await evaluate('coco', ...files, '--params', put('odd.json', { maxDet: [1] }));
    expect(params).toMatchObject({ status: 1, error: expect.stringContaining('maxDets') });
    many(params.error);
  });

  it.skipIf(!hasReferenceData('mpii/preds'))('predictions for other people', async () => {
    const few = put('few.json', [Array.from({ length: 16 }, () => [1, 2])]);
    const run = await evaluate('mpii', '--gt', referencePath('mpii/gt_valid.json'), '--dt', few);
    expect(run.status).toBe(1);
    expect(run.error).toContain('expected 2958 x 16 x 2');
    expect(run.error).toContain('few.json');
    many(run.error);
  });

  it('a file of PCKh that is of another kind', async () => {
    const run = await evaluate('mpii', '--gt', gt, '--dt', dt);
    expect(run.status).toBe(1);
    expect(run.error).toContain('gt.json');
    many(run.error);
  });
});
