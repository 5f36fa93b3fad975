import { createHash } from 'node:crypto';
import type { Model } from '../src/model/model.js';
import type { Materials } from '../src/recipes/common.js';
import { recipes } from '../src/recipes/index.js';
import { loadCheckpoint } from '../src/train/checkpoint.js';
import type { Weights } from '../src/train/deploy.js';
import type { Plan } from '../src/train/plan.js';
import { initialState, namedWeights } from '../src/train/state.js';
import { createMemoryStore } from '../src/train/store.js';
import { type TrainOptions, train } from '../src/train/train.js';
import { blobBatches, TINY_OPTIONS, tinyPlan } from './tiny-plan.js';

type Options = Readonly<Record<string, unknown>>;

/** A recipe that distils, as small as its network can be. */
export interface TinyRecipe {
  readonly label: string;
  readonly module: string;
  readonly options: Options;
  /** The term that distils. */
  readonly distils: string;
  /** Options under which that term counts nothing. */
  readonly off: Options;
  /** Outputs of the student itself that others learn from; none where the teacher is another network. */
  readonly within: readonly string[];
}

/** Multiples of 32, which PeleeNet needs. */
const SIZE = { height: 32, width: 64 };
const { network: _, ...COMMON }: Options = { ...TINY_OPTIONS, ...SIZE };
const STAGE = { ramp: 0, channels: 8, blocks: 1, encoderWidth: 0.25 };
const BRANCHED = { ramp: 0, features: 8, depth: 1, branches: [1, 1, 1] };
const INTEGRAL = { network: 'hourglass-1x8d1', windowSize: 4 };

export const TINY_RECIPES: readonly TinyRecipe[] = [
  tiny('hhd paper', 'hhd', { distillationWeight: 0 }, [], INTEGRAL),
  tiny('hhd reference', 'hhd', { distillationWeight: 0 }, [], INTEGRAL),
  tiny('okdhp paper', 'divergence', { distillationWeight: 0 }, ['ensemble'], BRANCHED),
  tiny('okdhp reference', 'divergence', { distillationWeight: 0 }, ['ensemble'], BRANCHED),
  tiny('lspd', 'stages', { distillationWeight: 0 }, ['teacher'], {
    ...STAGE,
    ...{ teacherChannels: 12, teacherBlocks: 1 },
  }),
  tiny('ulpd', 'experts', { distillationWeight: 0 }, ['expert2', 'expert3'], STAGE),
  tiny('park', 'teacher', { alpha: 0 }, [], { network: 'peleenetx0.25-duc' }),
  tiny('fpd', 'teacher', { alpha: 0 }, [], { network: 'hourglass-2x8d1' }),
];

function tiny(
  label: string,
  distils: string,
  off: Options,
  within: readonly string[],
  own: Options,
): TinyRecipe {
  const [module, variant = 'paper'] = label.split(' ') as [string, string?];
  return { label, module, distils, off, within, options: { ...COMMON, variant, ...own } };
}

export function tinyRecipe(label: string): TinyRecipe {
  return TINY_RECIPES.find((recipe) => recipe.label === label)!;
}

/** The plan of a tiny recipe; its teacher, where it has one, is untrained unless given. */
export function recipePlan(
  { module, options }: TinyRecipe,
  change: Options = {},
  teacher: Model = untrainedTeacher(),
): Plan {
  const recipe = recipes[module]!;
  const materials: Materials = recipe.teacher ? { teachers: { teacher } } : {};
  return recipe.plan({ ...options, ...change }, materials);
}

/** A heatmap network alone, for the same keypoints and input size. */
export function teacherPlan(options: Options = {}): Plan {
  return tinyPlan({ ...SIZE, network: 'hourglass-1x8d1', ...options });
}

export function untrainedTeacher(): Model {
  const { student, skeleton, decode } = teacherPlan();
  const weights = namedWeights(student, initialState(student, 9));
  return { network: student, weights, skeleton, decode };
}

/** The whole student after some steps, so that running statistics are of something, and a digest of every checkpoint on the way. */
export async function trained(
  plan: Plan,
  options: Partial<TrainOptions> = {},
): Promise<{ readonly weights: Weights; readonly checkpoints: readonly string[] }> {
  const memory = createMemoryStore();
  const checkpoints: string[] = [];
  const store = {
    ...memory,
    write(name: string, content: Uint8Array | string) {
      if (typeof content !== 'string') checkpoints.push(digest(content));
      return memory.write(name, content);
    },
  };
  const reference = { module: 'plain', options: {} };
  await train(plan, {
    ...{ batches: blobBatches(plan), store, reference, checkpointEvery: 1 },
    ...options,
  });
  const { state } = (await loadCheckpoint(memory))!;
  return { weights: namedWeights(plan.student, state), checkpoints };
}

export const digest = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');
