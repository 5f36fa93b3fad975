import { createRandom } from '@pose-distill/internal-random';
import type { ColourFactors, ColourOptions } from './colour.js';
import { DatasetError } from './error.js';

/** Where augmentation takes its numbers from. */
export interface RandomSource {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
}

/** How training crops vary. The defaults are HRNet's for MPII; for COCO it uses scale 0.35 and rotation 45. */
export interface AugmentOptions {
  /** Probability of a mirrored crop. @default 0.5 */
  readonly flip?: number;
  /** The side of the crop is multiplied by 1 + scale * normal, clipped to 1 - scale .. 1 + scale. @default 0.25 */
  readonly scale?: number;
  /** Degrees: the crop is turned by rotation * normal, clipped to twice that. @default 30 */
  readonly rotation?: number;
  /** Probability of a turned crop. @default 0.6 */
  readonly rotationProbability?: number;
  /** The centre moves by this part of the crop's sides times a normal cut off at -1 and 1 (mmpose: 0.16). @default 0 */
  readonly shift?: number;
  /** Probability of a moved crop. @default 0.3 */
  readonly shiftProbability?: number;
  /** Colour changes; `{}` for their defaults. @default none */
  readonly colour?: ColourOptions;
}

/** What was drawn for one crop. */
export interface Augmentation {
  readonly flipped: boolean;
  /** Factor of the crop's side: above 1 shows more and makes the person smaller. */
  readonly scale: number;
  /** Degrees. */
  readonly rotation: number;
  /** Parts of the crop's width and height. */
  readonly shift: { readonly x: number; readonly y: number };
  readonly colour: ColourFactors | undefined;
}

/**
 * The numbers behind one crop of a run: a function of (seed, epoch, sample index) alone, so neither the other samples
 * of the batch nor the number of workers changes them.
 */
export function sampleRandom(seed: number, epoch: number, sampleIndex: number): RandomSource {
  return createRandom(seed, 'augment', epoch, sampleIndex);
}

/**
 * Draws the variation of one crop.
 * @throws DatasetError `OUT_OF_RANGE` for a probability outside 0..1, a scale or shift outside 0..1 (1 excluded), or a
 * negative rotation.
 */
export function drawAugmentation(random: RandomSource, options: AugmentOptions = {}): Augmentation {
  const { flip = 0.5, scale = 0.25, rotation = 30, rotationProbability = 0.6 } = options;
  const { shift = 0, shiftProbability = 0.3, colour } = options;
  requireWithin('augment.flip', flip, 1);
  requireWithin('augment.scale', scale, BELOW_ONE);
  requireWithin('augment.rotation', rotation, 180);
  requireWithin('augment.rotationProbability', rotationProbability, 1);
  requireWithin('augment.shift', shift, BELOW_ONE);
  requireWithin('augment.shiftProbability', shiftProbability, 1);
  // Each number is drawn whether it is used or not, so that one option does not change what another one does.
  const flipped = random.uniform() < flip;
  const scaleFactor = clamp(1 + scale * random.normal(), 1 - scale, 1 + scale);
  const turned = random.uniform() < rotationProbability;
  const angle = clamp(rotation * random.normal(), -2 * rotation, 2 * rotation);
  const moved = random.uniform() < shiftProbability;
  const [x, y] = [shift * truncatedNormal(random), shift * truncatedNormal(random)];
  return {
    flipped,
    scale: scaleFactor,
    rotation: turned ? angle : 0,
    shift: moved ? { x, y } : { x: 0, y: 0 },
    colour: colour && drawColour(random, colour),
  };
}

function drawColour(random: RandomSource, options: ColourOptions): ColourFactors {
  const { brightness = 0.2, contrast = 0.2, saturation = 0.2 } = options;
  const draw = (name: string, extent: number): number => {
    requireWithin(`augment.colour.${name}`, extent, 1);
    return 1 + extent * (2 * random.uniform() - 1);
  };
  return {
    brightness: draw('brightness', brightness),
    contrast: draw('contrast', contrast),
    saturation: draw('saturation', saturation),
  };
}

/** Largest double below 1. */
const BELOW_ONE = 1 - Number.EPSILON / 2;

function truncatedNormal(random: RandomSource): number {
  for (;;) {
    const value = random.normal();
    if (value >= -1 && value <= 1) return value;
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

function requireWithin(name: string, value: number, high: number): void {
  if (value >= 0 && value <= high) return;
  const range = high === BELOW_ONE ? 'a number from 0 to below 1' : `a number from 0 to ${high}`;
  throw new DatasetError('OUT_OF_RANGE', `${name}: expected ${range}, got ${value}.`, {
    name,
    value,
  });
}
