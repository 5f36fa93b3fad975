import { setImmediate } from 'node:timers/promises';
import {
  type BatchLoader,
  createBatchLoader,
  createShardLoader,
  openDataset,
  type ShardLoader,
  type SourceSpec,
} from '@pose-distill/datasets/node';
import type { CocoKeypointResult } from '@pose-distill/metrics';
import { PoseDistillError } from '../errors.js';
import type { Model } from '../model/model.js';
import { loadCheckpoint } from '../train/checkpoint.js';
import { predictResults, scoreResults } from '../train/evaluate.js';
import type { Plan, PlanReference } from '../train/plan.js';
import { isMapSource } from '../train/teacher.js';
import {
  type TrainEvent,
  type TrainOptions,
  type TrainResult,
  train,
  type ValidationResult,
} from '../train/train.js';
import { heapUsage, startBackend } from './backend.js';
import { buildPlan } from './build-plan.js';
import { chooseWorkers } from './choose-workers.js';
import { createDirectoryStore } from './directory-store.js';
import { loadModel, saveModel } from './models.js';
import { trainInThreads } from './parallel.js';

/** Training data read in sequence from archives that `writeShards` wrote. */
export interface TrainingShards {
  readonly directory: string;
  /** `i/n`, counted from 0: every n-th archive only. */
  readonly shard?: string;
}

/** People held back to be mixed; as many files of pictures are in memory. */
const SHUFFLE_BUFFER = 2000;

/** A training run in a folder. */
export interface RunOptions {
  readonly reference: PlanReference;
  /** Where training and validation samples come from. */
  readonly source: string | SourceSpec;
  /** Takes the training samples from here; those for validation still come from `source`. */
  readonly shards?: TrainingShards;
  readonly directory: string;
  /** A model folder whose values the student starts from, where name and shape are equal. */
  readonly init?: string;
  /** Go on from the folder's newest checkpoint. */
  readonly resume?: boolean;
  readonly signal?: AbortSignal;
  readonly log?: (event: TrainEvent) => void;
  /** Threads that compute every step together. Default: one per physical core, if the batch allows. */
  readonly workers?: number;
  readonly loaderWorkers?: number;
  readonly checkpointEvery?: number;
  readonly validateEvery?: number;
  readonly logEvery?: number;
}

export interface RunResult extends TrainResult {
  /** COCO-form results of the finished model on the validation split; absent when interrupted. */
  readonly results?: readonly CocoKeypointResult[];
}

/**
 * Trains in a folder: `config.json`, `events.jsonl`, `checkpoints/`, and at the end `model/` and `results.json`.
 * Nothing already written is lost when the run stops, whatever stops it.
 */
export async function runTraining(options: RunOptions): Promise<RunResult> {
  const { directory, source } = options;
  const store = createDirectoryStore(directory);
  const resume = options.resume ? await loadCheckpoint(store) : undefined;
  if (options.resume && !resume)
    throw new PoseDistillError(
      'MISSING_FILE',
      `There is no checkpoint in ${directory}/checkpoints to resume from. Start the run without --resume.`,
    );
  const reference = resume?.plan ?? options.reference;
  const plan = await buildPlan(reference);
  const workers = chooseWorkers(plan, options.workers, resume?.microBatches);
  const initial = options.init && !resume ? await loadModel(options.init) : undefined;
  await startBackend();

  const loading = {
    inputSize: plan.inputSize,
    batchSize: plan.batchSize,
    seed: plan.seed,
    augment: plan.augment,
    startStep: resume?.step ?? 0,
    workers: options.loaderWorkers ?? 1,
  };
  const { directory: archives, shard } = options.shards ?? {};
  const loader = archives
    ? await createShardLoader({
        ...loading,
        source: archives,
        shuffleBuffer: SHUFFLE_BUFFER,
        ...(shard && { shard }),
      })
    : await createBatchLoader({ ...loading, source, split: 'train' });
  const validation = await checkSources(plan, loader)
    .then(() => openDataset(source, { split: 'val' }))
    .catch(async (error) => {
      await loader.close();
      throw error;
    });
  if (!resume) await store.remove('events.jsonl');
  await store.write('config.json', `${JSON.stringify({ source, ...reference }, undefined, 2)}\n`);

  const found = new WeakMap<Model, readonly CocoKeypointResult[]>();
  const validate = async (model: Model): Promise<ValidationResult> => {
    const results = await predictResults(
      model,
      validation,
      await createBatchLoader({
        source: validation,
        inputSize: plan.inputSize,
        batchSize: plan.batchSize,
      }),
    );
    found.set(model, results);
    return scoreResults(validation, results);
  };
  let writing = Promise.resolve();
  const log = (told: TrainEvent): void => {
    const event = told.type === 'start' ? { ...told, reason: workers.reason } : told;
    writing = writing.then(() => store.append('events.jsonl', JSON.stringify(event)));
    options.log?.(event);
  };
  try {
    const { checkpointEvery, validateEvery, logEvery, signal } = options;
    const settings: TrainOptions = {
      // A turn of the event loop before every step lets a stop request in.
      batches: { next: () => setImmediate().then(() => loader.next()) },
      store,
      reference,
      log,
      clock: () => performance.now(),
      validate,
      usage: heapUsage,
      ...(resume && { resume }),
      ...(initial && { initial }),
      ...(signal && { signal }),
      ...(checkpointEvery && { checkpointEvery }),
      ...(validateEvery && { validateEvery }),
      ...(logEvery && { logEvery }),
    };
    const { count } = workers;
    const result =
      count > 1
        ? await trainInThreads(plan, { ...settings, workers: count })
        : await train(plan, settings);
    if (result.interrupted) return result;
    await saveModel(`${directory}/model`, result.model);
    const results = found.get(result.model)!;
    await store.write('results.json', JSON.stringify({ ...result.verdict, results }));
    return { ...result, results };
  } finally {
    await writing;
    await loader.close();
  }
}

/** Teachers that are no networks must have maps of these people. */
async function checkSources(
  { teachers = {} }: Plan,
  loader: BatchLoader | ShardLoader,
): Promise<void> {
  for (const teacher of Object.values(teachers)) {
    if (!isMapSource(teacher)) continue;
    if (!('dataset' in loader)) throw noPeopleInArchives(teacher.name);
    await teacher.check?.(loader.dataset);
  }
}

function noPeopleInArchives(name: string): PoseDistillError {
  return new PoseDistillError(
    'BAD_OPTION',
    `${name} has maps of people by their place in a data set, and archives do not tell it. Leave --shards out, or give the teacher's folder.`,
  );
}
