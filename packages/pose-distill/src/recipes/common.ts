import type { AugmentOptions } from '@pose-distill/datasets';
import type { Size } from '@pose-distill/heatmap-decode';
import { defineNetwork, input, type Network, type Value } from '@pose-distill/network';
import type { Recompute } from '@pose-distill/network-tfjs';
import { type Skeleton, skeletonFromKeypoints } from '@pose-distill/skeletons';
import { PoseDistillError } from '../errors.js';
import { buildNetwork } from '../networks.js';
import { ADAM, type OptimizerRule, type Plan, type PlanReference } from '../train/plan.js';
import { cosine, type Schedule, stepDecay, warmUp } from '../train/schedule.js';
import type { Teacher } from '../train/teacher.js';
import type { OptionReader } from './options.js';
import type { Sizes } from './sizes.js';

export type RecipeOptions = Readonly<Record<string, unknown>>;

/** What a recipe may need beyond JSON: loaded by the caller, never by the recipe. */
export interface Materials {
  /** By name; the option `teacher` alone is called `teacher`. */
  readonly teachers?: Readonly<Record<string, Teacher>>;
}

/** A recipe: a module with `plan`, and what applies of the rest. */
export interface Recipe {
  plan(options: RecipeOptions, materials?: Materials): Plan;
  /** The plan that trains the teacher when none is given; absent for recipes without one. */
  teacher?(options: RecipeOptions): PlanReference;
  /** The plan whose model the student starts from when none is given; absent where it starts anew. */
  initial?(options: RecipeOptions): PlanReference | undefined;
  /** The plan of the same student without distillation; absent for recipes without any. */
  baseline?(options: RecipeOptions): PlanReference;
  /** Ready settings. */
  readonly sizes?: Sizes;
}

/** The parts of a plan that every recipe reads from its options in the same way. */
export interface CommonParts {
  readonly skeleton: Skeleton;
  readonly inputSize: Size;
  readonly heatmapSize: Size;
  readonly sigma: number;
  readonly optimizer: OptimizerRule;
  readonly learningRate: Schedule;
  readonly clipNorm: number;
  readonly batchSize: number;
  readonly accumulate: number;
  readonly syncBatchNorm: boolean;
  readonly recompute: Recompute;
  readonly ema?: number;
  readonly augment: AugmentOptions;
  readonly steps: number;
  readonly seed: number;
}

const RECOMPUTE = { nothing: false, norms: 'norms', all: true } as const;

/**
 * keypoints, height, width, sigma, steps, batchSize, accumulate, syncBatchNorm, recompute, ema, seed, learningRate, decayAt,
 * weightDecay, warmUpSteps, clipNorm, flip, scale, rotation. Linear warm-up, then cosine to zero, or a tenth at each share of the
 * steps in `decayAt`; AdamW. To be read last: throws for all wrong options at once.
 */
export function readCommon(read: OptionReader): CommonParts {
  const inputSize = {
    height: read.integer('height', 128, { from: 32 }),
    width: read.integer('width', 128, { from: 32 }),
  };
  const keypoints = read.names('keypoints');
  const steps = read.integer('steps', 1000, { from: 1 });
  const batchSize = read.integer('batchSize', 32, { from: 1 });
  const ema = read.number('ema', 0, { from: 0, to: 0.99999 });
  const peak = read.number('learningRate', 2e-3, { above: 0 });
  const decayAt = read.numbers('decayAt', [], { from: 0, to: 1 });
  const warmUpSteps = read.integer('warmUpSteps', Math.min(200, Math.ceil(steps / 20)), {
    from: 0,
  });
  const schedule = decayAt.length
    ? stepDecay(
        peak,
        decayAt.map((share) => share * steps),
      )
    : cosine(peak, steps);
  const parts = {
    inputSize,
    heatmapSize: { width: inputSize.width / 4, height: inputSize.height / 4 },
    sigma: read.number('sigma', 2, { above: 0 }),
    optimizer: { ...ADAM, weightDecay: read.number('weightDecay', 0.01, { from: 0 }) },
    learningRate: warmUp(schedule, warmUpSteps),
    clipNorm: read.number('clipNorm', 10, { above: 0 }),
    batchSize,
    accumulate: read.integer('accumulate', 1, { from: 1, to: batchSize }),
    syncBatchNorm: read.flag('syncBatchNorm', false),
    recompute: RECOMPUTE[read.choice('recompute', ['nothing', 'norms', 'all'], 'nothing')],
    ...(ema > 0 && { ema }),
    augment: {
      flip: read.number('flip', 0.5, { from: 0, to: 1 }),
      scale: read.number('scale', 0.25, { from: 0, to: 0.9 }),
      rotation: read.number('rotation', 30, { from: 0, to: 180 }),
    } satisfies AugmentOptions,
    steps,
    seed: read.integer('seed', 1, { from: 0 }),
  };
  read.done();
  return { ...parts, skeleton: skeletonFromKeypoints(keypoints) };
}

/** A network by name that gives heatmaps, as these recipes need. */
export function heatmapNetwork(name: string, { inputSize, skeleton }: CommonParts): Network {
  const network = buildNetwork(name, { inputSize, keypoints: skeleton.keypoints.length });
  if (network.outputs.heatmaps) return network;
  throw new PoseDistillError(
    'BAD_OPTION',
    `${name} gives ${Object.keys(network.outputs).join(', ')} and no heatmaps, which this recipe learns; choose another network.`,
    { outputs: Object.keys(network.outputs) },
  );
}

/**
 * A network of a recipe's own.
 *
 * @throws PoseDistillError BAD_OPTION when the options give none, such as an input that cannot be halved often enough
 */
export function trainingNetwork(
  recipe: string,
  { inputSize, skeleton }: CommonParts,
  outputs: (image: Value, keypoints: number) => Readonly<Record<string, Value>>,
): Network {
  try {
    const image = input('image', { ...inputSize, channels: 3 });
    return defineNetwork({ inputs: [image], outputs: outputs(image, skeleton.keypoints.length) });
  } catch (error) {
    if (!(error instanceof Error) || !/^(Backbone|Network|Loss)Error$/.test(error.name))
      throw error;
    throw new PoseDistillError(
      'BAD_OPTION',
      `Recipe ${recipe}: its network cannot be built for ${inputSize.height}x${inputSize.width}: ${error.message}.`,
      {},
      { cause: error },
    );
  }
}

/** The teacher that a recipe cannot do without. */
export function requireTeacher(recipe: string, { teachers = {} }: Materials): Teacher {
  const { teacher } = teachers;
  if (teacher) return teacher;
  throw new PoseDistillError(
    'BAD_OPTION',
    `Recipe ${recipe} needs a trained teacher: give --teacher DIR or --teacher cache:DIR, or let the command train one first.`,
  );
}

/** The recipe's options that `plain` has too, for plans of the same data and schedule. */
export function plainOptions(options: RecipeOptions, own: readonly string[]): RecipeOptions {
  return Object.fromEntries(Object.entries(options).filter(([key]) => !own.includes(key)));
}
