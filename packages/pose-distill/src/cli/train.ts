import { join } from 'node:path';
import { openDataset, openShards } from '@pose-distill/datasets/node';
import type { Skeleton } from '@pose-distill/skeletons';
import { type Command, Option } from 'commander';
import { PoseDistillError } from '../errors.js';
import { type Job, type JobOutcome, readJob, runJob } from '../node/job.js';
import { writeReport } from '../node/report.js';
import { summarise } from '../node/summary.js';
import { loadRecipe, presetOf, RECIPE_SIZES, recipes } from '../recipes/index.js';
import { example } from './example.js';
import { interruptible } from './interrupt.js';
import type { CommandContext } from './main.js';
import {
  parseCount,
  parseDataName,
  parseNumber,
  parseRecipe,
  parseSeed,
  parseShareName,
  parseSize,
} from './parse.js';
import { createProgress } from './progress.js';
import { summaryTable } from './summary-table.js';

interface TrainFlags {
  readonly recipe: string;
  readonly data: string;
  readonly shards?: string;
  readonly shard?: string;
  readonly out: string;
  readonly init?: string;
  readonly resume?: boolean;
  readonly baseline?: boolean;
  readonly epochs?: number;
  readonly steps?: number;
  readonly input?: { height: number; width: number };
  readonly validateEpochs?: number;
  readonly workers?: number;
  readonly set?: Record<string, unknown>;
  readonly [option: string]: unknown;
}

/** Flags that go to the recipe under the same name. */
const PASSED = [
  'size',
  'network',
  'teacherNetwork',
  'teacher',
  'variant',
  'head',
  'batchSize',
  'accumulate',
  'syncBatchNorm',
  'recompute',
  'ema',
  'seed',
  'learningRate',
];

export function addTrain(program: Command, context: CommandContext): void {
  program
    .command('train')
    .description('Train a student, its teacher first if none is given.')
    .optionsGroup('The run:')
    .option(
      '--recipe <name>',
      `${Object.keys(recipes).join(', ')}, or a module (own-plan.js, or a URL) that exports plan(options)`,
      parseRecipe,
      'hhd',
    )
    .option(
      '--data <source>',
      'synthetic, coco:DIR with person_keypoints_{train,val}*.json, or another data set (see data --help)',
      parseDataName,
      'synthetic',
    )
    .option(
      '--shards <folder>',
      'read the training samples in sequence from archives (data shards); --data is then for validation',
    )
    .option(
      '--shard <i/n>',
      'with --shards: every n-th archive only, counted from 0',
      parseShareName,
    )
    .option('--out <folder>', 'the run folder', 'runs/latest')
    .option('--init <folder>', "start the student from a model's values, by name and shape")
    .option('--resume', 'go on with the run in the folder, with the options it was started with')
    .optionsGroup('What is trained:')
    .addOption(
      new Option(
        '--size <name>',
        "networks, input and schedule of the recipe's size (default small)",
      ).choices(RECIPE_SIZES),
    )
    .option('--epochs <count>', "passes over the training data (default: the size's)", parseNumber)
    .option('--steps <count>', 'steps instead of epochs', parseCount)
    .option('--input <HEIGHTxWIDTH>', "input size (default: the size's)", parseSize)
    .option('--network <name>', "the student's network")
    .option('--teacher-network <name>', "the teacher's network, when it is trained here")
    .option(
      '--teacher <folder>',
      'a finished run or model folder to use as the teacher, or cache:FOLDER (see cache); NAME=FOLDER, several times, for a recipe with several',
      collectTeacher,
    )
    .addOption(
      new Option('--variant <name>', 'follow the paper or the released code').choices([
        'paper',
        'reference',
      ]),
    )
    .addOption(
      new Option('--head <name>', 'recipe plain: what the maps are trained as').choices([
        'heatmap',
        'integral',
      ]),
    )
    .option('--baseline', 'also train the same student without distillation, for comparison')
    .optionsGroup('How:')
    .option('--batch-size <count>', "people in a step (default: the size's)", parseCount)
    .option('--accumulate <count>', 'micro-batches of a step, their gradients added up', parseCount)
    .option(
      '--sync-batch-norm',
      'batch norm over the whole batch though several threads compute it',
    )
    .addOption(
      new Option('--recompute <what>', 'computed again instead of kept in memory').choices([
        'nothing',
        'norms',
        'all',
      ]),
    )
    .option('--ema <decay>', 'evaluate and export an average of the weights, as 0.999', parseNumber)
    .option(
      '--workers <count>',
      'threads that compute every step together (default: one per physical core)',
      parseCount,
    )
    .option(
      '--learning-rate <rate>',
      "peak learning rate (default: the size's, most often 0.002)",
      parseNumber,
    )
    .option('--seed <seed>', 'seed of everything (default 1)', parseSeed)
    .option(
      '--validate-epochs <count>',
      'validate every so many epochs (default: at the end)',
      parseNumber,
    )
    .option('--set <key=value...>', 'any other option of the recipe', collectSetting)
    .addHelpText(
      'after',
      example('train --recipe hhd --data coco:./lsp --epochs 12 --baseline --out runs/lsp'),
    )
    .action(async (flags: TrainFlags) => {
      const job = flags.resume ? await readJob(flags.out) : await jobFromFlags(flags);
      const progress = createProgress();
      const outcomes = await interruptible(
        (signal) =>
          runJob(job, {
            directory: flags.out,
            resume: flags.resume === true,
            ...(flags.workers && { workers: flags.workers }),
            signal,
            log: (phase, event) => progress.event(phase, event),
          }),
        () => progress.say('Stopping after this step; press Ctrl-C again to stop at once.'),
      ).finally(() => progress.end());
      if (outcomes.some(({ result }) => result.interrupted)) {
        console.error(
          `Stopped. Everything so far is in ${flags.out}; go on with:\n  pose-distill train --resume --out ${flags.out}`,
        );
        context.fail();
        return;
      }
      await finish(job, outcomes, flags.out);
    });
}

async function finish(job: Job, outcomes: readonly JobOutcome[], directory: string): Promise<void> {
  const rows = await summarise(job.source, outcomes);
  console.log(summaryTable(rows));
  const file = join(directory, 'report.html');
  await writeReport(file, { source: job.source, outcomes, rows });
  console.log(`Model: ${join(directory, 'student', 'model')}\nReport: ${file}`);
}

async function jobFromFlags(flags: TrainFlags): Promise<Job> {
  const { recipe, data: source, shards, shard, init, input, baseline = false } = flags;
  if (shard && !shards)
    throw new PoseDistillError('BAD_OPTION', '--shard divides archives: name them with --shards.');
  const training = await openTraining(flags);
  const passed = PASSED.filter((key) => flags[key] !== undefined).map((key) => [key, flags[key]]);
  const { sizes } = await loadRecipe(recipe);
  const preset = sizes && presetOf(sizes, flags.size);
  const batchSize = Number(flags.batchSize ?? preset?.options.batchSize ?? 32);
  const epoch = Math.max(1, Math.floor(training.count / batchSize));
  if (flags.steps && flags.epochs)
    throw new PoseDistillError('BAD_OPTION', 'Give --epochs or --steps, not both.');
  return {
    recipe,
    source,
    ...(shards && { shards: { directory: shards, ...(shard && { shard }) } }),
    ...(init && { init }),
    baseline,
    options: {
      ...Object.fromEntries(passed),
      ...input,
      batchSize,
      keypoints: training.skeleton.keypoints,
      steps: flags.steps ?? Math.round((flags.epochs ?? preset?.epochs ?? 10) * epoch),
      ...flags.set,
    },
    ...(flags.validateEpochs && { validateEvery: Math.round(flags.validateEpochs * epoch) }),
  };
}

/** The people to train on, without their pictures. */
async function openTraining({
  data,
  shards,
  shard,
}: TrainFlags): Promise<{ readonly skeleton: Skeleton; readonly count: number }> {
  if (!shards) {
    const { samples, skeleton } = await openDataset(data, { split: 'train' });
    return { skeleton, count: samples.length };
  }
  const stream = await openShards(shards, shard ? { shard } : {});
  return { skeleton: stream.skeleton, count: stream.sampleCount(0)! };
}

/** key=value, the value read as JSON where it is JSON. */
function collectSetting(
  text: string,
  before: Record<string, unknown> = {},
): Record<string, unknown> {
  const at = text.indexOf('=');
  if (at < 1) throw new PoseDistillError('BAD_OPTION', `--set takes key=value; "${text}" came.`);
  const value = text.slice(at + 1);
  try {
    return { ...before, [text.slice(0, at)]: JSON.parse(value) };
  } catch {
    return { ...before, [text.slice(0, at)]: value };
  }
}

/** FOLDER, or NAME=FOLDER several times. */
function collectTeacher(
  text: string,
  before?: string | Record<string, string>,
): string | Record<string, string> {
  const [, name, folder] = /^(\w+)=(.+)$/.exec(text) ?? [];
  if (typeof before === 'string' || (before && !name))
    throw new PoseDistillError(
      'BAD_OPTION',
      'Several teachers need names: --teacher large=runs/a --teacher sharp=runs/b.',
    );
  return name ? { ...before, [name]: folder! } : text;
}
