import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceSpec } from '@pose-distill/datasets/node';
import { coco17 } from '@pose-distill/skeletons';
import type { Command } from 'commander';
import { PoseDistillError } from '../errors.js';
import { createDirectoryStore } from '../node/directory-store.js';
import type { JobOutcome } from '../node/job.js';
import { type Phase, runPhase } from '../node/phase.js';
import { writeReport } from '../node/report.js';
import { summarise } from '../node/summary.js';
import type { TrainEvent } from '../train/train.js';
import { example } from './example.js';
import { interruptible } from './interrupt.js';
import type { CommandContext } from './main.js';
import { parseCount, parseSeed } from './parse.js';
import { createProgress } from './progress.js';
import { summaryTable } from './summary-table.js';

/** Marks a folder that a demo may replace. */
const MARKER = 'demo.json';
/** All that decides what a demo shows and how long it takes. */
const DEMO = {
  teacher: 'mobilenetv2x0.5s16-deconv64',
  student: 'mobilenetv2x0.25s16-deconv24',
  inputSize: { height: 128, width: 128 },
  sigma: 2,
  batchSize: 16,
  /** The same result on one thread as on two. */
  accumulate: 2,
  figures: 3000,
  validationFigures: 300,
  teacherSteps: 800,
  steps: 700,
};

export function addDemo(program: Command, context: CommandContext): void {
  program
    .command('demo')
    .description(
      'The whole line on synthetic figures: a teacher, a student alone, and the student distilled by HHD.',
    )
    .option('--out <folder>', 'the run folder; an earlier demo there is replaced', 'runs/demo')
    .option('--seed <seed>', 'seed of everything', parseSeed, 1)
    .option('--figures <count>', 'training figures', parseCount, DEMO.figures)
    .option('--steps <count>', 'steps of every student', parseCount, DEMO.steps)
    .option('--teacher-steps <count>', 'steps of the teacher', parseCount, DEMO.teacherSteps)
    .option(
      '--workers <count>',
      'threads that compute every step together (default: one per physical core)',
      parseCount,
    )
    .addHelpText('after', example('demo --seed 2'))
    .action(async ({ out, ...settings }: DemoSettings & { out: string }) => {
      await emptyDemoFolder(out, settings);
      const started = performance.now();
      const progress = createProgress();
      const outcomes = await interruptible(
        (signal) => runDemo(settings, out, { signal, log: progress.event }),
        () => progress.say('Stopping after this step; press Ctrl-C again to stop at once.'),
      ).finally(() => progress.end());
      if (outcomes.some(({ result }) => result.interrupted)) {
        console.error(`Stopped. What was trained so far is in ${out}.`);
        context.fail();
        return;
      }
      const source = demoSource(settings);
      const rows = await summarise(source, outcomes);
      const report = join(out, 'report.html');
      await writeReport(report, { source, outcomes, rows });
      const minutes = (performance.now() - started) / 60000;
      console.log(
        `\n${summaryTable(rows)}\n\nDone in ${minutes.toFixed(1)} minutes. Report: ${report}`,
      );
    });
}

/** Makes way for a new demo, and refuses to delete anything else. */
async function emptyDemoFolder(out: string, settings: DemoSettings): Promise<void> {
  const found: string[] = await readdir(out).catch(() => []);
  if (found.length > 0 && !found.includes(MARKER))
    throw new PoseDistillError(
      'BAD_OPTION',
      `${out} is not empty and holds no earlier demo. Choose another folder with --out.`,
    );
  await rm(out, { recursive: true, force: true });
  await createDirectoryStore(out).write(MARKER, `${JSON.stringify(settings)}\n`);
}

interface DemoSettings {
  readonly seed: number;
  readonly figures: number;
  readonly steps: number;
  readonly teacherSteps: number;
  readonly workers?: number;
}

function demoSource({ figures, seed }: DemoSettings): SourceSpec {
  return { kind: 'synthetic', count: figures, validation: DEMO.validationFigures, seed };
}

/** One training after the other, each on all threads: teacher, plain student, the student under both variants of HHD. */
async function runDemo(
  settings: DemoSettings,
  directory: string,
  run: { readonly signal: AbortSignal; readonly log: (phase: Phase, event: TrainEvent) => void },
): Promise<JobOutcome[]> {
  const outcomes: JobOutcome[] = [];
  for (const phase of demoPhases(settings, directory)) {
    const log = (event: TrainEvent): void => run.log(phase, event);
    const result = await runPhase(phase, { signal: run.signal, log });
    outcomes.push({ phase, result });
    if (result.interrupted) break;
  }
  return outcomes;
}

function demoPhases(settings: DemoSettings, directory: string): Phase[] {
  const { seed, steps, teacherSteps, workers } = settings;
  const { inputSize, sigma, batchSize, accumulate } = DEMO;
  const shared = {
    keypoints: coco17.keypoints,
    ...inputSize,
    ...{ sigma, batchSize, accumulate, seed },
  };
  const phase = (name: string, module: string, options: Phase['reference']['options']): Phase => ({
    name,
    reference: { module, options },
    source: demoSource(settings),
    directory: join(directory, name),
    resume: false,
    validateEvery: Math.ceil(steps / 4),
    ...(workers && { workers }),
  });
  const teacher = { ...shared, network: DEMO.teacher, head: 'heatmap', steps: teacherSteps };
  const student = { ...shared, network: DEMO.student, steps };
  const distilled = { ...student, teacher: join(directory, 'teacher') };
  return [
    phase('teacher', 'plain', teacher),
    phase('student-alone', 'plain', { ...student, head: 'integral' }),
    phase('student-hhd-paper', 'hhd', { ...distilled, variant: 'paper' }),
    phase('student-hhd-reference', 'hhd', { ...distilled, variant: 'reference' }),
  ];
}
