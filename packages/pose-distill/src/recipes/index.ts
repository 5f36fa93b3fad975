import { PoseDistillError } from '../errors.js';
import type { Recipe } from './common.js';
import * as fpd from './fpd.js';
import * as hhd from './hhd.js';
import * as lspd from './lspd.js';
import * as okdhp from './okdhp.js';
import * as park from './park.js';
import * as plain from './plain.js';
import * as ulpd from './ulpd.js';

export { type NetworkPictureOptions, networkPicture } from '../networks/picture.js';
export { networkStages, type Stage } from '../networks/stages.js';
export {
  buildNetwork,
  NETWORK_NAMES,
  type NetworkEntry,
  networkEntry,
  networkNames,
} from '../networks.js';
export type { Materials, Recipe, RecipeOptions } from './common.js';
export { type Preset, presetOf, RECIPE_SIZES, type RecipeSize, type Sizes } from './sizes.js';
export { fpd, hhd, lspd, okdhp, park, plain, ulpd };

/** The built-in recipes by name. */
export const recipes: Readonly<Record<string, Recipe>> = {
  plain,
  hhd,
  okdhp,
  lspd,
  ulpd,
  park,
  fpd,
};

/**
 * The recipe a plan reference names: a built-in one, or a module by its URL.
 *
 * @throws PoseDistillError BAD_OPTION when there is none, it cannot be loaded, or it exports no `plan`
 */
export async function loadRecipe(module: string): Promise<Recipe> {
  const builtIn = Object.hasOwn(recipes, module) ? recipes[module] : undefined;
  if (builtIn) return builtIn;
  const names = Object.keys(recipes).join(', ');
  if (!/^(file|https?|data|node):/.test(module))
    throw new PoseDistillError(
      'BAD_OPTION',
      `No recipe is called "${module}". Built in: ${names}; or name a module by its URL, as file:///home/me/own-plan.js (the command takes own-plan.js too), that exports plan(options).`,
    );
  const loaded = await importModule(module);
  if (typeof loaded.plan === 'function') return loaded as Recipe;
  throw new PoseDistillError(
    'BAD_OPTION',
    `${module} exports ${Object.keys(loaded).join(', ') || 'nothing'}, and no function plan(options).`,
  );
}

async function importModule(module: string): Promise<Partial<Recipe>> {
  try {
    return (await import(module)) as Partial<Recipe>;
  } catch (error) {
    throw new PoseDistillError(
      'BAD_OPTION',
      `The plan module ${module} cannot be loaded: ${(error as Error).message}${howToFind(error, module)}`,
      { module },
      { cause: error },
    );
  }
}

/** The message of a syntax error does not say where it is. */
function howToFind(error: unknown, module: string): string {
  const isFile = module.startsWith('file://');
  if ((error as Error).name !== 'SyntaxError' || !isFile) return '';
  return `; to see the line: node --check ${decodeURI(module.slice('file://'.length))}`;
}
