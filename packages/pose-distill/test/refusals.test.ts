import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { initialise } from '@pose-distill/network';
import { coco17, mpii16, type Skeleton } from '@pose-distill/skeletons';
// By name: threads start from the built package.
import { type Job, runJob, saveModel } from 'pose-distill/node';
import { buildNetwork } from 'pose-distill/recipes';
import { describe, expect, it } from 'vitest';
import { createWorkplace } from './command.js';

const { folder, run: command, put } = createWorkplace();
const WRONG = new URL('./plans/wrong.js', import.meta.url).href;
const NETWORK = 'mobilenetv2x0.25s16-deconv8';
const DATA = 'synthetic:{"count":8,"validation":4}';

const job = (options: object = {}, recipe = WRONG): Job => ({
  recipe,
  source: DATA,
  baseline: false,
  options: {
    ...{ keypoints: coco17.keypoints, height: 32, width: 32, sigma: 1 },
    ...{ network: NETWORK, batchSize: 4, steps: 2, ...options },
  },
});

async function writeTeacher(name: string, skeleton: Skeleton, side: number): Promise<string> {
  const inputSize = { width: side, height: side };
  const network = buildNetwork(NETWORK, { inputSize, keypoints: skeleton.keypoints.length });
  const directory = join(folder, name);
  await saveModel(directory, {
    ...{ network, weights: initialise(network, 1), skeleton },
    decode: { kind: 'heatmap', refine: 'quarter' },
  });
  return directory;
}

/** Runs a job that must be refused, and leave nothing behind. */
async function refusal(wrong: Job): Promise<string> {
  const directory = join(folder, 'refused');
  const error = await runJob(wrong, { directory, workers: 1 }).then(
    () => undefined,
    (thrown: Error) => thrown,
  );
  expect(error, 'it was not refused').toMatchObject({
    name: 'PoseDistillError',
    code: expect.stringMatching(/^(BAD_OPTION|SHAPE_MISMATCH|MISSING_FILE|BAD_MODEL)$/),
  });
  expect(existsSync(directory)).toBe(false);
  return error!.message;
}

describe('what cannot work is refused before the first step, with nothing written', () => {
  it.each([
    ['output', /student: Plan plain heatmap: term "mine".*no output "nothing"; it has heatmaps/],
    ['tap', /the plan has no teacher "large"; it has none.*student gives heatmaps 8x8x17/],
    ['no scalar', /must give a scalar, and gave \[1,8,8,17\]/],
    ['no tensor', /must give a scalar, and gave object/],
    ['no fn', /wrong\.js gave no plan: terms must be a list of \{ name, weight, fn \}/],
    ['no terms', /terms must be a list/],
    ['text as weight', /the weight of term "heatmaps" must be a number or a function.*1 came/],
    ['NaN weight', /the weight of term "heatmaps" is NaN at step 1/],
    ['NaN rate', /learningRate is NaN at step 2/],
    ['throwing rate', /learningRate is an error \(no rate today\) at step 0/],
    ['two names', /two terms are called "heatmaps"/],
    ['teacher', /teacher "large" is undefined; give it by --teacher large=FOLDER/],
    ['deployed output', /no output "large"; it gives heatmaps 8x8x17/],
    ['heatmap size', /output "heatmaps" is 8x8x17, and heatmaps of the plan are 4x4x17/],
    ['input size', /network takes 32x32, and inputSize is 64x64/],
    ['steps', /steps must be a whole number from 1 up; 2.5 came/],
    ['keypoints', /is 8x8x17, and heatmaps of the plan are 8x8x16/],
    ['nothing', /gave no plan: it gave null/],
    ['throws', /plan\(options\) of file:.*wrong\.js threw: not today/],
  ])('%s', async (wrong, message) => {
    expect(await refusal(job({ wrong, steps: wrong === 'NaN rate' ? 3 : 2 }))).toMatch(message);
  });

  it.each([
    ['hhd', 'teacher: .* needs height and width to be multiples of 16'],
    ['okdhp', 'Recipe okdhp: its network cannot be built for 100x100.*multiples of 16'],
    ['lspd', 'Recipe lspd: its network cannot be built for 100x100.*multiples of 16'],
    ['ulpd', 'Recipe ulpd: its network cannot be built for 100x100.*multiples of 16'],
    ['park', 'teacher: .* needs height and width to be multiples of 16'],
    ['fpd', 'teacher: .* needs height and width to be multiples of 16'],
  ])('an input that recipe %s cannot halve', async (recipe, message) => {
    const { network: _, ...options } = job().options;
    const odd = { ...options, size: 'tiny', height: 100, width: 100 };
    expect(await refusal({ ...job(), recipe, options: odd })).toMatch(new RegExp(message));
  });

  it('teachers of other keypoints and another input size, by both sides', async () => {
    const mpii = await writeTeacher('mpii-teacher', mpii16, 32);
    const keypoints = await refusal(job({ teacher: mpii }, 'hhd'));
    expect(keypoints).toMatch(/learns 17 keypoints \(nose.*"teacher" knows 16 \(right_ankle/);
    const large = await writeTeacher('large-teacher', coco17, 64);
    const size = await refusal(job({ teacher: large }, 'hhd'));
    expect(size).toMatch(/input is 32x32 and that of teacher "teacher" 64x64; give --input 64x64/);
    const named = await refusal(job({ wrong: 'teacher', teacher: { large } }));
    expect(named).toMatch(/that of teacher "large" 64x64/);
  });

  it('a student that a teacher yet to be trained cannot teach', async () => {
    const recipe = new URL('./plans/large-teacher.js', import.meta.url).href;
    expect(await refusal(job({}, recipe))).toMatch(
      /^student: .*input is 32x32 and that of teacher "teacher" 64x64/,
    );
  });

  it('branches that are none, a teacher for a recipe that takes none, sizes and options that are not there', async () => {
    const tiny = { size: 'tiny', network: undefined };
    const okdhp = (options: object) => refusal(job({ ...tiny, ...options }, 'okdhp'));
    for (const branches of [[], [1], [0, 1], 'two', [1.5, 1]])
      expect(await okdhp({ branches })).toMatch(
        /branches must be a list of 2 or more whole numbers/,
      );
    expect(await okdhp({ teacher: await writeTeacher('unwanted', coco17, 32) })).toMatch(
      /okdhp: .*it trains without a teacher/,
    );
    expect(await okdhp({ size: 'huge' })).toMatch(/tiny, small, paper; "huge" came/);
    expect(await okdhp({ depht: 3 })).toMatch(/depht is not an option.*Options:.*depth/);
  });

  it('models to start from that are not there or of another network', async () => {
    const other = { ...job({ network: 'peleenetx0.5-duc' }, 'plain') };
    const init = await writeTeacher('other-network', coco17, 32);
    expect(await refusal({ ...other, init: join(folder, 'none') })).toMatch(/No model in .*none/);
    expect(await refusal({ ...other, init })).toMatch(/None of the model's \d+ parameters/);
  });
});

describe('a run that was refused blocks nothing', () => {
  const flags = ['train', '--data', DATA, '--input', '32x32', '--batch-size', '4', '--steps', '2'];
  const plain = [...flags, '--workers', '1', '--network', NETWORK, '--set', 'sigma=1'];

  it('the same command works once the mistake is put right', async () => {
    const file = join(folder, 'mine.js');
    const recipe = ['--recipe', file, '--out', 'mine'];
    const missing = await command([...plain, ...recipe]);
    expect(missing).toMatchObject({
      status: 2,
      error: expect.stringContaining('cannot be loaded'),
    });
    put('mine.js', 'export const plan =\n  (;\n');
    const broken = await command([...plain, ...recipe]);
    expect(broken).toMatchObject({
      status: 2,
      error: expect.stringMatching(/node --check .*mine\.js$/m),
    });
    expect(broken.error.trim()).not.toContain('\n');
    put('mine.js', 'export const other = 1;');
    const empty = await command([...plain, ...recipe]);
    expect(empty).toMatchObject({ status: 2, error: expect.stringContaining('exports other') });
    put('mine.js', `export { plan } from ${JSON.stringify(WRONG)};`);
    const wrong = await command([...plain, ...recipe, '--set', 'wrong=output']);
    expect(wrong).toMatchObject({ status: 1, error: expect.stringContaining('"nothing"') });
    expect(existsSync(join(folder, 'mine'))).toBe(false);
    const right = await command([...plain, ...recipe]);
    expect(right).toMatchObject({ status: 0, out: expect.stringContaining('mine/report.html') });
  });

  it('a file where the folder should be', async () => {
    const { status, error } = await command([
      ...plain,
      '--recipe',
      'plain',
      '--out',
      put('file', ''),
    ]);
    expect({ status, error }).toMatchObject({
      status: 2,
      error: expect.stringMatching(/is a file/),
    });
  });

  it('a folder without a checkpoint is no run, one with a checkpoint is', async () => {
    const directory = join(folder, 'begun');
    const student = join(directory, 'student');
    mkdirSync(student, { recursive: true });
    writeFileSync(join(directory, 'job.json'), '{}');
    writeFileSync(join(student, 'events.jsonl'), '{"type":"loss","step":77}\n');
    const good = job({}, 'plain');
    await runJob(good, { directory, workers: 1 });
    expect(readFileSync(join(student, 'events.jsonl'), 'utf8')).not.toContain('"step":77');
    const before = readdirSync(directory, { recursive: true });
    await expect(runJob(good, { directory, workers: 1 })).rejects.toThrow(/already holds a run/);
    expect(readdirSync(directory, { recursive: true })).toEqual(before);
  });
});
