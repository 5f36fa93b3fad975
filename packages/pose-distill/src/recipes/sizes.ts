import { PoseDistillError } from '../errors.js';

/** `tiny` learns something in a minute, `small` in an hour of a processor, `paper` is the published setting. */
export const RECIPE_SIZES = ['tiny', 'small', 'paper'] as const;
export type RecipeSize = (typeof RECIPE_SIZES)[number];

/** What a size stands for: values of the recipe's options, and passes over the training data. */
export interface Preset {
  readonly epochs: number;
  readonly options: Readonly<Record<string, unknown>>;
}

export type Sizes = Readonly<Record<RecipeSize, Preset>>;

/**
 * The options of a recipe, those that are not given as their `size` has them (default `small`).
 *
 * @throws PoseDistillError BAD_OPTION for an unknown size
 */
export function withSize(
  sizes: Sizes,
  { size = 'small', ...given }: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return { ...presetOf(sizes, size).options, ...given };
}

export function presetOf(sizes: Sizes, size: unknown = 'small'): Preset {
  const known = RECIPE_SIZES.find((name) => name === size);
  if (known) return sizes[known];
  throw new PoseDistillError(
    'BAD_OPTION',
    `size must be one of ${RECIPE_SIZES.join(', ')}; ${JSON.stringify(size)} came.`,
  );
}

/** 64x64 inputs. Found by trial on synthetic figures: wider Gaussians, less rotation and a higher rate are what a thousand steps want. */
export const TINY: Preset['options'] = {
  ...{ height: 64, width: 64, sigma: 1.5, batchSize: 16 },
  ...{ learningRate: 5e-3, rotation: 15, scale: 0.15 },
};
/** A whole LSPD network: of those tried it learns most in a thousand steps, more than hourglasses of its cost. */
export const TINY_TEACHER = 'lspdx128b4';
/** 128x128 inputs. */
export const SMALL: Preset['options'] = { height: 128, width: 128, sigma: 2, batchSize: 32 };

/** Adam, its rate divided by ten twice, as HRNet and its descendants train. */
export const stepwise = (
  learningRate: number,
  decayEpochs: readonly number[],
  epochs: number,
): Readonly<Record<string, unknown>> => ({
  learningRate,
  weightDecay: 0,
  decayAt: decayEpochs.map((epoch) => epoch / epochs),
});
