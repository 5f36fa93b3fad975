import type { Batch } from '@pose-distill/datasets';
import * as tf from '@tensorflow/tfjs-core';
import { PoseDistillError } from '../errors.js';
import type { Model } from '../model/model.js';
import { averaged, withAverage } from './average.js';
import { checkPlan } from './check-plan.js';
import { type Checkpoint, checkState, saveCheckpoint } from './checkpoint.js';
import {
  deployModel,
  type Validation,
  type Verdict,
  validateOutputs,
  type Weights,
} from './deploy.js';
import { type Exchange, exchangeAlone } from './exchange.js';
import { initialWeights } from './initial.js';
import { type MicroBatch, microBatchCount, splitBatch } from './micro-batch.js';
import type { Plan, PlanReference } from './plan.js';
import {
  disposeState,
  initialState,
  namedWeights,
  type TrainState,
  toArrays,
  toTensors,
} from './state.js';
import {
  applyGradient,
  type CompiledPlan,
  compilePlan,
  computeGradient,
  type GradientRow,
  type StepScalars,
  stepScalars,
} from './step.js';
import type { Store } from './store.js';
import { disposeBatch, toTaughtBatch } from './targets.js';

/** What happened, told after the fact. Steps count from 0; `step` is the number of steps done. */
export type TrainEvent =
  | {
      readonly type: 'start';
      readonly step: number;
      readonly steps: number;
      readonly plan: string;
      /** Threads that compute every step together. */
      readonly workers: number;
      /** Why that many, where it was not the caller's wish. */
      readonly reason?: string;
    }
  | {
      readonly type: 'initial';
      readonly step: number;
      /** How many parameters start as the model's. */
      readonly taken: number;
      /** Those that start as drawn. */
      readonly drawn: readonly string[];
    }
  | {
      readonly type: 'loss';
      readonly step: number;
      readonly total: number;
      readonly terms: Readonly<Record<string, number>>;
      /** Before clipping. */
      readonly gradientNorm: number;
      readonly learningRate: number;
      readonly imagesPerSecond: number;
    }
  | {
      readonly type: 'validation';
      readonly step: number;
      readonly result: ValidationResult;
      /** The output that scored so, the best of those the plan deploys. */
      readonly output: string;
      readonly others: Verdict['others'];
    }
  | { readonly type: 'checkpoint'; readonly step: number; readonly file: string }
  | {
      readonly type: 'end';
      readonly step: number;
      readonly interrupted: boolean;
      readonly usage?: RunUsage;
    };

/** What a run took of the machine, all workers together. */
export interface RunUsage {
  /** Largest sum of live tensors at a time. */
  readonly peakBytes?: number;
  /** Size that the backends' own heaps have grown to. */
  readonly heapBytes: number;
  /** Milliseconds of a worker between its gradients and the next step: waiting for the others, and adding up. */
  readonly exchange?: { readonly waiting: number; readonly working: number };
}

/** Numbers by name; null where there is no data. */
export type ValidationResult = Readonly<Record<string, number | null>>;

export interface TrainOptions {
  /** Batches from the step the run starts at, in order; batch n is a function of (seed, n). */
  readonly batches: { next(): Promise<Batch> };
  readonly store: Store;
  /** How a later run builds the same plan; stored in every checkpoint. */
  readonly reference: PlanReference;
  readonly log?: (event: TrainEvent) => void;
  /** Milliseconds, for rates only. */
  readonly clock?: () => number;
  /** Where to go on from. */
  readonly resume?: Checkpoint;
  /** The student starts from this model's values where name and shape are equal; not looked at when resuming. */
  readonly initial?: Pick<Model, 'network' | 'weights'>;
  /** Once aborted, the step in progress ends, a checkpoint is written and the run returns. */
  readonly signal?: AbortSignal;
  /** Scores a model; called for each output that the plan deploys or watches. */
  readonly validate?: (model: Model) => Promise<ValidationResult>;
  /** Steps between two readings of the losses. Default 20. */
  readonly logEvery?: number;
  /** Steps between two checkpoints. Default 500. */
  readonly checkpointEvery?: number;
  /** Steps between two validations; the end is always validated. Default: only the end. */
  readonly validateEvery?: number;
  /** What the run has taken so far, for the `end` event. */
  readonly usage?: () => RunUsage;
}

/** How one of several replicas of a run takes part in it. */
export interface ReplicaOptions extends Omit<TrainOptions, 'batches' | 'signal' | 'validate'> {
  /** This replica's micro-batches, step by step. */
  readonly microBatches: { next(): Promise<readonly MicroBatch[]> };
  /** Micro-batches of a step, all replicas together. */
  readonly microBatchCount: number;
  readonly exchange: Exchange;
  readonly validate?: (weights: Weights) => Promise<Verdict>;
}

export interface TrainResult {
  /** What is deployed: of several outputs the one that the last validation found best, else the first. */
  readonly model: Model;
  /** When validated at the end. */
  readonly verdict?: Verdict;
  readonly step: number;
  readonly interrupted: boolean;
}

export interface ReplicaResult {
  /** All that was trained. */
  readonly weights: Weights;
  readonly step: number;
  readonly interrupted: boolean;
}

/**
 * Trains the plan's student. Touches no file, clock or terminal of its own.
 *
 * @throws PoseDistillError BAD_OPTION for a plan that does not go together; NON_FINITE, naming the term and the step, when a loss is NaN or infinite; the last
 * checkpoint written is from before.
 */
export async function train(plan: Plan, options: TrainOptions): Promise<TrainResult> {
  checkPlan(plan);
  const { batches, signal, validate, ...shared } = options;
  const count = microBatchCount(plan, 1, options.resume?.microBatches);
  const judge = createJudge(plan, validate);
  const result = await trainReplica(plan, {
    ...shared,
    ...(judge && { validate: judge.validate }),
    microBatches: { next: async () => splitBatch(await batches.next(), count) },
    microBatchCount: count,
    exchange: exchangeAlone(signal),
  });
  return toTrainResult(plan, result, judge);
}

/** Validates a plan's outputs and remembers the last verdict. */
export interface Judge {
  validate(weights: Weights): Promise<Validation>;
  last(): Validation | undefined;
}

export function createJudge(plan: Plan, validate: TrainOptions['validate']): Judge | undefined {
  if (!validate) return undefined;
  let last: Validation | undefined;
  return {
    async validate(weights) {
      last = await validateOutputs(plan, weights, validate);
      return last;
    },
    last: () => last,
  };
}

/** The result of a run from that of a replica. A verdict of a run that was interrupted is of earlier weights. */
export function toTrainResult(
  plan: Plan,
  { weights, step, interrupted }: ReplicaResult,
  judge?: Judge,
): TrainResult {
  const last = judge?.last();
  if (!last || interrupted)
    return { model: deployModel(plan, weights, last?.output), step, interrupted };
  const { model, ...verdict } = last;
  return { model, verdict, step, interrupted };
}

/** `train` for a thread that computes a part of every batch; all replicas do the same steps and end with the same weights. */
export async function trainReplica(plan: Plan, options: ReplicaOptions): Promise<ReplicaResult> {
  const { store, resume, exchange, log = () => {}, clock = () => 0 } = options;
  const { logEvery = 20, checkpointEvery = 500, validateEvery = plan.steps } = options;
  const first = resume ? undefined : initialWeights(plan.student, plan.seed, options.initial);
  const initial = initialState(plan.student, plan.seed, first?.weights);
  const arrays = resume?.state ?? withAverage(plan, initial);
  checkState(plan, arrays);

  const compiled = compilePlan(plan);
  let state = toTensors(plan.student, arrays);
  let step = resume?.step ?? 0;
  const unread: tf.Tensor1D[] = [];
  let readAt = clock();
  log({ type: 'start', step, steps: plan.steps, plan: plan.name, workers: exchange.workers });
  if (first && options.initial)
    log({ type: 'initial', step, taken: first.taken.length, drawn: first.drawn });

  const readLosses = async (): Promise<void> => {
    const count = unread.length;
    if (count === 0) return;
    const last = await readTerms(plan, unread, step);
    const elapsed = clock() - readAt;
    readAt = clock();
    log({
      type: 'loss',
      step,
      ...last,
      learningRate: plan.learningRate(step - 1),
      imagesPerSecond: elapsed > 0 ? (1000 * count * plan.batchSize) / elapsed : Number.NaN,
    });
  };
  const checkpoint = async (): Promise<void> => {
    await readLosses();
    const { reference, microBatchCount: microBatches } = options;
    const current = { step, plan: reference, microBatches, state: await toArrays(state) };
    await exchange.agree(current.state);
    log({ type: 'checkpoint', step, file: await saveCheckpoint(store, current) });
  };
  const weights = async (): Promise<Weights> =>
    namedWeights(plan.student, averaged(plan, await toArrays(state)));
  const validate = async (): Promise<void> => {
    if (!options.validate) return;
    await readLosses();
    const { output, scores, others } = await options.validate(await weights());
    log({ type: 'validation', step, result: scores, output, others });
    readAt = clock();
  };

  try {
    while (step < plan.steps && !exchange.stopping()) {
      const microBatches = await options.microBatches.next();
      const scalars = tf.tensor1d(stepScalars(plan, step));
      const rows: GradientRow[] = [];
      for (const part of microBatches)
        rows.push(await gradientOf(compiled, state, part, scalars, exchange));
      const sum = await exchange.sum(rows);
      const next = applyGradient(compiled, state, sum, scalars);
      tf.dispose([sum, scalars]);
      disposeState(state);
      state = next.state;
      unread.push(next.terms);
      step++;

      if (step % logEvery === 0) await readLosses();
      if (step % checkpointEvery === 0 && step < plan.steps) await checkpoint();
      if (step % validateEvery === 0 && step < plan.steps) await validate();
    }
    await checkpoint();
    const interrupted = step < plan.steps;
    if (!interrupted) await validate();
    const usage = options.usage?.();
    log({ type: 'end', step, interrupted, ...(usage && { usage }) });
    return { weights: await weights(), step, interrupted };
  } finally {
    tf.dispose(unread);
    disposeState(state);
    compiled.release();
  }
}

async function gradientOf(
  compiled: CompiledPlan,
  state: TrainState,
  { batch, share }: MicroBatch,
  scalars: StepScalars,
  { gather }: Exchange,
): Promise<GradientRow> {
  const tensors = await toTaughtBatch(compiled.plan, batch);
  const row = computeGradient(compiled, state, tensors, scalars, {
    share,
    ...(gather && { gather }),
  });
  disposeBatch(tensors);
  return row;
}

/** Reads and frees the losses kept since the last reading; returns the newest. */
async function readTerms(
  plan: Plan,
  unread: tf.Tensor1D[],
  step: number,
): Promise<Pick<TrainEvent & { type: 'loss' }, 'total' | 'terms' | 'gradientNorm'>> {
  const first = step - unread.length;
  const names = ['total', ...plan.terms.map(({ name }) => name), 'gradient norm'];
  const rows = await Promise.all(unread.map((terms) => terms.data()));
  tf.dispose(unread);
  unread.length = 0;
  rows.forEach((row, i) => {
    // The total is the sum of the others: name it only when none of them is to blame.
    const bad = [...names.keys()].filter((index) => !Number.isFinite(row[index]));
    const blamed = bad[1] ?? bad[0];
    if (blamed === undefined) return;
    throw new PoseDistillError(
      'NON_FINITE',
      `"${names[blamed]}" became ${row[blamed]} at step ${first + i}. The last checkpoint is from before it: ` +
        'resume from there with a lower learning rate or a lower weight for this term, and check the data with "pose-distill data check".',
      { term: names[blamed], step: first + i },
    );
  });
  const [total, ...terms] = rows.at(-1)!;
  return {
    total: total!,
    terms: Object.fromEntries(plan.terms.map(({ name }, i) => [name, terms[i]!])),
    gradientNorm: terms.at(-1)!,
  };
}
