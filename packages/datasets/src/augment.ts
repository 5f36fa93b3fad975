import { createRandom } from '@pose-distill/internal-random';
import type { ColourFactors, ColourOptions } from './colour.js';
import { DatasetError } from './error.js';
import type { HalfBodyOptions } from './half-body.js';

/** Where augmentation takes its numbers from. */
export interface RandomSource {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
}

/** How training crops vary. Without a recipe the defaults are HRNet's for MPII, without half bodies. */
export interface AugmentOptions {
  /** Whose values and distributions the other fields start from; see `AugmentRecipe`. @default none */
  readonly recipe?: AugmentRecipe;
  /** Probability of a mirrored crop. @default 0.5 */
  readonly flip?: number;
  /**
   * What is mirrored: the finished crop (x to w - 1 - x, as a flip test does), or the picture before the crop is cut, as
   * the references do; with the `classic` convention the latter shows the picture one input pixel further right.
   * @default 'crop'; 'picture' in the recipes
   */
  readonly mirror?: 'crop' | 'picture';
  /** The side of the crop is multiplied by 1 + scale * n. @default 0.25 */
  readonly scale?: number;
  /** Degrees: the crop is turned by rotation * n. @default 30 */
  readonly rotation?: number;
  /** Probability of a turned crop. @default 0.6 */
  readonly rotationProbability?: number;
  /**
   * What n is for scale and rotation: a standard normal `clipped` to -1..1 (rotation: -2..2), which piles up at the ends,
   * or one `truncated` to -1..1, drawn again until it lies there. @default 'clipped'
   */
  readonly distribution?: 'clipped' | 'truncated';
  /**
   * The centre moves by this part of the sides of the padded box (before they are widened to the input's aspect), times a
   * normal truncated to -1..1, each axis its own. @default 0
   */
  readonly shift?: number;
  /** Probability of a moved crop. @default 0.3 */
  readonly shiftProbability?: number;
  /** Crops about the upper or lower half of the body: their options, or their probability. @default none */
  readonly halfBody?: HalfBodyOptions | number;
  /** Colour changes; `{}` for their defaults. @default none */
  readonly colour?: ColourOptions;
}

/**
 * Augmentation as two training codes do it, colours apart (they have none by default).
 *
 * | | `hrnet` (COCO) | `hrnet-mpii` | `mmpose` (1.x, top-down heatmaps) |
 * |---|---|---|---|
 * | flip | 0.5 | 0.5 | 0.5 |
 * | half body | 0.3, upper preferred 0.69 | none | 0.3, upper preferred 0.7 |
 * | scale | clipped, 0.35 | clipped, 0.25 | truncated, 0.5 |
 * | rotation, 0.6 | clipped, 45 | clipped, 30 | truncated, 80 |
 * | shift, 0.3 | none | none | truncated, 0.16 |
 */
export type AugmentRecipe = 'hrnet' | 'hrnet-mpii' | 'mmpose';

/** What was drawn for one crop. */
export interface Augmentation {
  readonly flipped: boolean;
  readonly mirror: 'crop' | 'picture';
  /** Factor of the crop's side: above 1 shows more and makes the person smaller. */
  readonly scale: number;
  /** Degrees. */
  readonly rotation: number;
  /** Parts of the padded box's width and height. */
  readonly shift: { readonly x: number; readonly y: number };
  /** The half to show where the person has enough keypoints for it. */
  readonly halfBody: 'upper' | 'lower' | undefined;
  readonly colour: ColourFactors | undefined;
}

/** Probability that a standard normal lies under 0.5, by which HRNet takes the upper half. */
const HRNET_PREFERS_UPPER = 0.6914624612740131;

const RECIPES: Readonly<Record<AugmentRecipe, AugmentOptions>> = {
  hrnet: {
    mirror: 'picture',
    scale: 0.35,
    rotation: 45,
    halfBody: { probability: 0.3, preferUpper: HRNET_PREFERS_UPPER, leastUpper: 3 },
  },
  'hrnet-mpii': { mirror: 'picture', scale: 0.25, rotation: 30 },
  mmpose: {
    mirror: 'picture',
    scale: 0.5,
    rotation: 80,
    distribution: 'truncated',
    shift: 0.16,
    halfBody: { probability: 0.3, preferUpper: 0.7 },
  },
};

/** Options with a recipe's values filled in: a field that is given, `halfBody` and its fields too, takes precedence. */
export function augmentOptions(augment: AugmentOptions | AugmentRecipe): AugmentOptions {
  const given = typeof augment === 'string' ? { recipe: augment } : augment;
  if (given.recipe === undefined) return given;
  const base = Object.hasOwn(RECIPES, given.recipe) ? RECIPES[given.recipe] : undefined;
  if (!base) {
    const names = Object.keys(RECIPES).join(', ');
    const message = `augment: expected one of ${names} or options, got ${String(given.recipe)}.`;
    throw new DatasetError('OUT_OF_RANGE', message, { recipe: given.recipe });
  }
  const { recipe: _, ...fields } = given;
  const merged = { ...base, ...fields };
  if (base.halfBody === undefined || fields.halfBody === undefined) return merged;
  const halfBody = { ...halfBodyOptions(base.halfBody), ...halfBodyOptions(fields.halfBody) };
  return { ...merged, halfBody };
}

/** The long form of `halfBody`. */
export function halfBodyOptions(given: HalfBodyOptions | number): HalfBodyOptions {
  return typeof given === 'number' ? { probability: given } : given;
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
 * @throws DatasetError `OUT_OF_RANGE` for an unknown recipe, a probability outside 0..1, a scale or shift outside 0..1
 * (1 excluded), or a negative rotation.
 */
export function drawAugmentation(
  random: RandomSource,
  augment: AugmentOptions | AugmentRecipe = {},
): Augmentation {
  const options = augmentOptions(augment);
  const { flip = 0.5, scale = 0.25, rotation = 30, rotationProbability = 0.6 } = options;
  const { shift = 0, shiftProbability = 0.3, colour = {}, mirror = 'crop' } = options;
  const half = halfBodyOptions(options.halfBody ?? 0);
  const { probability: halves = 0.3, preferUpper = 0.7, padding = 1.5 } = half;
  const { distribution = 'clipped' } = options;
  requireWithin('augment.flip', flip, 1);
  requireWithin('augment.scale', scale, BELOW_ONE);
  requireWithin('augment.rotation', rotation, 180);
  requireWithin('augment.rotationProbability', rotationProbability, 1);
  requireWithin('augment.shift', shift, BELOW_ONE);
  requireWithin('augment.shiftProbability', shiftProbability, 1);
  requireWithin('augment.halfBody.probability', halves, 1);
  requireWithin('augment.halfBody.preferUpper', preferUpper, 1);
  if (!(padding > 0 && padding < Infinity)) {
    const message = `augment.halfBody.padding: expected a number above 0, got ${padding}.`;
    throw new DatasetError('OUT_OF_RANGE', message, { padding });
  }
  requireOneOf('augment.mirror', mirror, ['crop', 'picture']);
  requireOneOf('augment.distribution', distribution, ['clipped', 'truncated']);
  const truncated = distribution === 'truncated';
  // Each number is drawn whether it is used or not, so that one option does not change what another one does.
  const flipped = random.uniform() < flip;
  const size = truncated ? truncatedNormal(random) : clamp(random.normal(), 1);
  const turned = random.uniform() < rotationProbability;
  const angle = truncated ? truncatedNormal(random) : clamp(random.normal(), 2);
  const moved = random.uniform() < shiftProbability;
  const [x, y] = [shift * truncatedNormal(random), shift * truncatedNormal(random)];
  const factors = drawColour(random, colour);
  const halved = random.uniform() < halves;
  const preferred = random.uniform() < preferUpper ? 'upper' : 'lower';
  return {
    flipped,
    mirror,
    scale: 1 + scale * size,
    rotation: turned ? rotation * angle : 0,
    shift: moved ? { x, y } : { x: 0, y: 0 },
    halfBody: halved ? preferred : undefined,
    colour: options.colour && factors,
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

function clamp(value: number, limit: number): number {
  return Math.min(limit, Math.max(-limit, value));
}

function requireWithin(name: string, value: number, high: number): void {
  if (value >= 0 && value <= high) return;
  const range = high === BELOW_ONE ? 'a number from 0 to below 1' : `a number from 0 to ${high}`;
  throw new DatasetError('OUT_OF_RANGE', `${name}: expected ${range}, got ${value}.`, {
    name,
    value,
  });
}

function requireOneOf(name: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  const message = `${name}: expected ${known.join(' or ')}, got ${value}.`;
  throw new DatasetError('OUT_OF_RANGE', message, { name, value });
}
