import type { Batch } from '@pose-distill/datasets';
import * as tf from '@tensorflow/tfjs-core';
import { PoseDistillError } from '../errors.js';
import type { Model } from '../model/model.js';
import { type Checkpoint, checkState, saveCheckpoint } from './checkpoint.js';
import type { Plan, PlanReference } from './plan.js';
import {
  disposeState,
  initialState,
  namedWeights,
  type StateArrays,
  toArrays,
  toTensors,
} from './state.js';
import { compilePlan, stepScalars, trainStep } from './step.js';
import type { Store } from './store.js';
import { disposeBatch, toBatchTensors } from './targets.js';

/** What happened, told after the fact. Steps count from 0; `step` is the number of steps done. */
export type TrainEvent =
  | { readonly type: 'start'; readonly step: number; readonly steps: number; readonly plan: string }
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
  | { readonly type: 'validation'; readonly step: number; readonly result: ValidationResult }
  | { readonly type: 'checkpoint'; readonly step: number; readonly file: string }
  | { readonly type: 'end'; readonly step: number; readonly interrupted: boolean };

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
  /** Once aborted, the step in progress ends, a checkpoint is written and the run returns. */
  readonly signal?: AbortSignal;
  readonly validate?: (model: Model) => Promise<ValidationResult>;
  /** Steps between two readings of the losses. Default 20. */
  readonly logEvery?: number;
  /** Steps between two checkpoints. Default 500. */
  readonly checkpointEvery?: number;
  /** Steps between two validations; the end is always validated. Default: only the end. */
  readonly validateEvery?: number;
}

export interface TrainResult {
  readonly model: Model;
  readonly step: number;
  readonly interrupted: boolean;
}

/**
 * Trains the plan's student. Touches no file, clock or terminal of its own.
 *
 * @throws PoseDistillError NON_FINITE, naming the term and the step, when a loss is NaN or infinite; the last
 * checkpoint written is from before.
 */
export async function train(plan: Plan, options: TrainOptions): Promise<TrainResult> {
  const { store, resume, log = () => {}, clock = () => 0 } = options;
  const { logEvery = 20, checkpointEvery = 500, validateEvery = plan.steps } = options;
  const arrays = resume?.state ?? initialState(plan.student, plan.seed);
  checkState(plan, arrays);

  const compiled = compilePlan(plan);
  let state = toTensors(plan.student, arrays);
  let step = resume?.step ?? 0;
  const unread: tf.Tensor1D[] = [];
  let readAt = clock();
  log({ type: 'start', step, steps: plan.steps, plan: plan.name });

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
    const current = { step, plan: options.reference, state: await toArrays(state) };
    log({ type: 'checkpoint', step, file: await saveCheckpoint(store, current) });
  };
  const validate = async (): Promise<void> => {
    if (!options.validate) return;
    await readLosses();
    const result = await options.validate(toModel(plan, await toArrays(state)));
    log({ type: 'validation', step, result });
    readAt = clock();
  };

  try {
    while (step < plan.steps && !options.signal?.aborted) {
      const batch = toBatchTensors(plan, await options.batches.next());
      const scalars = tf.tensor1d(stepScalars(plan, step));
      const next = trainStep(compiled, state, batch, scalars);
      disposeBatch(batch);
      scalars.dispose();
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
    log({ type: 'end', step, interrupted });
    return { model: toModel(plan, await toArrays(state)), step, interrupted };
  } finally {
    tf.dispose(unread);
    disposeState(state);
    compiled.release();
  }
}

function toModel(plan: Plan, arrays: StateArrays): Model {
  const { student: network, skeleton, decode } = plan;
  return { network, weights: namedWeights(network, arrays), skeleton, decode };
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
