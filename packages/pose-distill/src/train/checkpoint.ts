import { readSafetensors, writeSafetensors } from '@pose-distill/network';
import { PoseDistillError } from '../errors.js';
import type { Plan, PlanReference } from './plan.js';
import { type StateArrays, statisticParameters, trainedParameters } from './state.js';
import type { Store } from './store.js';

/** A run between two steps: with it the run goes on as if it had never stopped. */
export interface Checkpoint {
  /** Steps done, which is also the data cursor: batches are a function of (seed, step). */
  readonly step: number;
  readonly plan: PlanReference;
  readonly state: StateArrays;
  /** Micro-batches of every step, which the run must keep to give the same next loss. Default 1. */
  readonly microBatches?: number;
}

const FORMAT = 'pose-distill checkpoint 1';
const FOLDER = 'checkpoints/';
const KEPT = 2;

/** Writes the checkpoint whole, then drops all but the newest two. */
export async function saveCheckpoint(store: Store, checkpoint: Checkpoint): Promise<string> {
  const { state, step, plan, microBatches = 1 } = checkpoint;
  const name = `${FOLDER}step-${String(step).padStart(8, '0')}.safetensors`;
  const flat = (data: Float32Array): { shape: number[]; data: Float32Array } => ({
    shape: [data.length],
    data,
  });
  const tensors = {
    weights: flat(state.weights),
    firstMoment: flat(state.firstMoment),
    secondMoment: flat(state.secondMoment),
    ...(state.average && { average: flat(state.average) }),
    ...Object.fromEntries(
      Object.entries(state.statistics).map(([key, data]) => [`statistics/${key}`, flat(data)]),
    ),
  };
  await store.write(
    name,
    writeSafetensors(tensors, {
      format: FORMAT,
      step: String(step),
      microBatches: String(microBatches),
      plan: JSON.stringify(plan),
    }),
  );
  const all = await store.list(FOLDER);
  for (const old of all.slice(0, -KEPT)) await store.remove(old);
  return name;
}

/** The newest checkpoint of a run, or undefined when there is none yet. */
export async function loadCheckpoint(store: Store): Promise<Checkpoint | undefined> {
  const name = (await store.list(FOLDER)).at(-1);
  if (!name) return undefined;
  return decodeCheckpoint((await store.read(name))!, name);
}

export function decodeCheckpoint(bytes: Uint8Array, name: string): Checkpoint {
  const remedy = `Delete ${name} to go on from the checkpoint before it, or start again without --resume.`;
  try {
    const { tensors, metadata } = readSafetensors(bytes);
    if (metadata.format !== FORMAT)
      throw new Error(`format is ${metadata.format ?? 'not stated'}, expected ${FORMAT}`);
    const take = (key: string): Float32Array => {
      const tensor = tensors[key];
      if (!tensor) throw new Error(`${key} is missing`);
      return tensor.data as Float32Array;
    };
    const statistics = Object.fromEntries(
      Object.keys(tensors)
        .filter((key) => key.startsWith('statistics/'))
        .map((key) => [key.slice('statistics/'.length), take(key)]),
    );
    return {
      step: Number(metadata.step),
      microBatches: Number(metadata.microBatches ?? 1),
      plan: JSON.parse(metadata.plan ?? 'null') as PlanReference,
      state: {
        weights: take('weights'),
        firstMoment: take('firstMoment'),
        secondMoment: take('secondMoment'),
        statistics,
        ...(tensors.average && { average: take('average') }),
      },
    };
  } catch (error) {
    throw new PoseDistillError(
      'BAD_CHECKPOINT',
      `Checkpoint ${name} cannot be used: ${(error as Error).message}. ${remedy}`,
      { name },
    );
  }
}

/** Throws when a checkpoint's state does not belong to the plan's network. */
export function checkState(plan: Plan, state: StateArrays): void {
  const expected = trainedParameters(plan.student).reduce(
    (sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1),
    0,
  );
  const missing = statisticParameters(plan.student)
    .filter(({ name }) => !state.statistics[name])
    .map(({ name }) => name);
  if (plan.ema !== undefined && !state.average) missing.push('the average of the weights');
  if (state.weights.length !== expected || missing.length)
    throw new PoseDistillError(
      'BAD_CHECKPOINT',
      `The checkpoint holds ${state.weights.length} trained values and the plan's network has ${expected}` +
        `${missing.length ? `; missing: ${missing.slice(0, 3).join(', ')}` : ''}. ` +
        'Resume with the options the run was started with.',
    );
}
