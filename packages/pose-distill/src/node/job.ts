import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceSpec } from '@pose-distill/datasets/node';
import { PoseDistillError } from '../errors.js';
import { loadRecipe } from '../recipes/index.js';
import type { TrainEvent } from '../train/train.js';
import { checkJob } from './check-job.js';
import { createDirectoryStore } from './directory-store.js';
import { type Phase, type PhaseResult, runPhase } from './phase.js';
import type { TrainingShards } from './run.js';

/** A recipe on a source, with all that must be trained before it. */
export interface Job {
  readonly recipe: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly source: string | SourceSpec;
  /** Where the training samples come from instead. */
  readonly shards?: TrainingShards;
  /** A model folder whose values the student starts from, with distillation and without. */
  readonly init?: string;
  /** Also train the same student without distillation. */
  readonly baseline: boolean;
  readonly validateEvery?: number;
}

export interface JobOutcome {
  readonly phase: Phase;
  readonly result: PhaseResult;
}

export interface JobRunOptions {
  readonly directory: string;
  readonly resume?: boolean;
  /** Threads that compute every step together. Default: one per physical core. */
  readonly workers?: number;
  readonly signal?: AbortSignal;
  readonly log?: (phase: Phase, event: TrainEvent) => void;
}

const JOB_FILE = 'job.json';
/** In the order they run. */
const PHASE_NAMES = ['teacher', 'initial', 'baseline', 'student'] as const;
type PhaseName = (typeof PHASE_NAMES)[number];

/** The job a folder was started with. */
export async function readJob(directory: string): Promise<Job> {
  const bytes = await createDirectoryStore(directory).read(JOB_FILE);
  if (!bytes)
    throw new PoseDistillError(
      'MISSING_FILE',
      `There is no run in ${directory}: ${JOB_FILE} is missing. Name the folder of the run to resume, or start one without --resume.`,
    );
  return JSON.parse(new TextDecoder().decode(bytes)) as Job;
}

/** The phases of a job in the order they must run: teacher, initial, baseline, student. */
export async function planJob(job: Job, directory: string, resume: boolean): Promise<Phase[]> {
  const recipe = await loadRecipe(job.recipe);
  const phase = (
    name: PhaseName,
    module: string,
    options: Phase['reference']['options'],
  ): Phase => ({
    name,
    reference: { module, options },
    source: job.source,
    directory: join(directory, name),
    resume,
    ...(job.shards && { shards: job.shards }),
    ...(job.validateEvery && { validateEvery: job.validateEvery }),
  });
  const phases: Phase[] = [];
  let { options, init } = job;
  if (recipe.teacher && !options.teacher) {
    const teacher = recipe.teacher(options);
    phases.push(phase('teacher', teacher.module, teacher.options));
    options = { ...options, teacher: join(directory, 'teacher') };
  }
  const initial = init ? undefined : recipe.initial?.(options);
  if (initial) {
    phases.push(phase('initial', initial.module, initial.options));
    init = join(directory, 'initial');
  }
  const start = init ? { init } : {};
  if (job.baseline && recipe.baseline) {
    const baseline = recipe.baseline(options);
    phases.push({ ...phase('baseline', baseline.module, baseline.options), ...start });
  }
  phases.push({ ...phase('student', job.recipe, options), ...start });
  return phases;
}

/**
 * Runs a job's phases one after the other; finished ones are not run again when resuming. Nothing is written before all of them have been
 * checked (see `checkJob`), and a folder where no step was ever saved is no run: another job may be started in it.
 */
export async function runJob(job: Job, run: JobRunOptions): Promise<JobOutcome[]> {
  const { directory, resume = false } = run;
  await requireFolder(directory);
  const store = createDirectoryStore(directory);
  if (!resume && (await hasTrained(directory)))
    throw new PoseDistillError(
      'BAD_OPTION',
      `${directory} already holds a run. Go on with it by --resume, or choose another folder with --out.`,
    );
  const phases = await planJob(job, directory, resume);
  await checkJob(phases, run.workers);
  await store.write(JOB_FILE, `${JSON.stringify(job, undefined, 2)}\n`);
  const outcomes: JobOutcome[] = [];
  for (const phase of phases) {
    const result = (await finished(phase)) ?? (await start(phase, run));
    outcomes.push({ phase, result });
    if (result.interrupted) break;
  }
  return outcomes;
}

/** A folder, or nothing yet. */
async function requireFolder(directory: string): Promise<void> {
  const found = await stat(directory).catch(() => undefined);
  if (found && !found.isDirectory())
    throw new PoseDistillError(
      'BAD_OPTION',
      `A run needs a folder, and ${directory} is a file. Choose another name with --out.`,
      { directory },
    );
}

/** Whether any phase of a folder has come to its first checkpoint. */
async function hasTrained(directory: string): Promise<boolean> {
  const store = createDirectoryStore(directory);
  if (!(await store.read(JOB_FILE))) return false;
  for (const name of PHASE_NAMES)
    if ((await store.list(`${name}/checkpoints/`)).length > 0) return true;
  return false;
}

async function start(phase: Phase, { signal, log, workers }: JobRunOptions): Promise<PhaseResult> {
  const store = createDirectoryStore(phase.directory);
  const begun = (await store.list('checkpoints/')).length > 0;
  return runPhase(
    { ...phase, resume: phase.resume && begun, ...(workers && { workers }) },
    { ...(signal && { signal }), ...(log && { log: (event) => log(phase, event) }) },
  );
}

/** The result of a phase that an earlier run completed. */
async function finished(phase: Phase): Promise<PhaseResult | undefined> {
  if (!phase.resume) return undefined;
  const store = createDirectoryStore(phase.directory);
  const results = await store.read('results.json');
  if (!results) return undefined;
  const { results: found, ...verdict } = JSON.parse(new TextDecoder().decode(results));
  return { interrupted: false, results: found, verdict };
}
