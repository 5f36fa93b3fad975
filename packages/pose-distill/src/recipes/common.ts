import type { AugmentOptions } from '@pose-distill/datasets';
import type { Size } from '@pose-distill/heatmap-decode';
import type { Recompute } from '@pose-distill/network-tfjs';
import { type Skeleton, skeletonFromKeypoints } from '@pose-distill/skeletons';
import { PoseDistillError } from '../errors.js';
import type { Model } from '../model/model.js';
import { buildNetwork } from '../networks.js';
import { ADAM, type OptimizerRule, type Plan, type PlanReference } from '../train/plan.js';
import { cosine, type Schedule, warmUp } from '../train/schedule.js';
import type { OptionReader } from './options.js';

/** What a recipe may need beyond JSON: loaded by the caller, never by the recipe. */
export interface Materials {
  readonly teacher?: Model;
}

/** A recipe: a module with these two functions. */
export interface Recipe {
  plan(options: Readonly<Record<string, unknown>>, materials?: Materials): Plan;
  /** The plan that trains the teacher when none is given; absent for recipes without one. */
  teacher?(options: Readonly<Record<string, unknown>>): PlanReference;
  /** The plan of the same student without distillation; absent for recipes without any. */
  baseline?(options: Readonly<Record<string, unknown>>): PlanReference;
}

/** The parts of a plan that every recipe reads from its options in the same way. */
export interface CommonParts {
  readonly skeleton: Skeleton;
  readonly inputSize: Size;
  readonly heatmapSize: Size;
  readonly sigma: number;
  readonly student: Plan['student'];
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
 * keypoints, height, width, network, sigma, steps, batchSize, accumulate, syncBatchNorm, recompute, ema, seed, learningRate,
 * weightDecay, warmUpSteps, clipNorm, flip, scale, rotation. Schedule: linear warm-up, then cosine to zero; AdamW.
 */
export function readCommon(read: OptionReader, network: string): () => CommonParts {
  const inputSize = {
    height: read.integer('height', 128, { from: 32 }),
    width: read.integer('width', 128, { from: 32 }),
  };
  const keypoints = read.names('keypoints');
  const name = read.text('network', network);
  const sigma = read.number('sigma', 2, { above: 0 });
  const steps = read.integer('steps', 1000, { from: 1 });
  const batchSize = read.integer('batchSize', 32, { from: 1 });
  const accumulate = read.integer('accumulate', 1, { from: 1, to: batchSize });
  const syncBatchNorm = read.flag('syncBatchNorm', false);
  const recompute = RECOMPUTE[read.choice('recompute', ['nothing', 'norms', 'all'], 'nothing')];
  const ema = read.number('ema', 0, { from: 0, to: 0.99999 });
  const seed = read.integer('seed', 1, { from: 0 });
  const peak = read.number('learningRate', 2e-3, { above: 0 });
  const weightDecay = read.number('weightDecay', 0.01, { from: 0 });
  const warmUpSteps = read.integer('warmUpSteps', Math.min(200, Math.ceil(steps / 20)), {
    from: 0,
  });
  const clipNorm = read.number('clipNorm', 10, { above: 0 });
  const augment: AugmentOptions = {
    flip: read.number('flip', 0.5, { from: 0, to: 1 }),
    scale: read.number('scale', 0.25, { from: 0, to: 0.9 }),
    rotation: read.number('rotation', 30, { from: 0, to: 180 }),
  };
  return () => ({
    skeleton: skeletonFromKeypoints(keypoints),
    inputSize,
    heatmapSize: { width: inputSize.width / 4, height: inputSize.height / 4 },
    sigma,
    student: heatmapNetwork(name, { inputSize, keypoints: keypoints.length }),
    optimizer: { ...ADAM, weightDecay },
    learningRate: warmUp(cosine(peak, steps), warmUpSteps),
    clipNorm,
    batchSize,
    accumulate,
    syncBatchNorm,
    recompute,
    ...(ema > 0 && { ema }),
    augment,
    steps,
    seed,
  });
}

/** A network by name that gives heatmaps, as these recipes need. */
function heatmapNetwork(...request: Parameters<typeof buildNetwork>): Plan['student'] {
  const network = buildNetwork(...request);
  if (network.outputs.heatmaps) return network;
  throw new PoseDistillError(
    'BAD_OPTION',
    `${request[0]} gives ${Object.keys(network.outputs).join(', ')} and no heatmaps, which this recipe learns; choose another network.`,
    { outputs: Object.keys(network.outputs) },
  );
}
