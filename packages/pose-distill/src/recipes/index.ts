import { PoseDistillError } from '../errors.js';
import type { Recipe } from './common.js';
import * as hhd from './hhd.js';
import * as plain from './plain.js';

export { type NetworkPictureOptions, networkPicture } from '../networks/picture.js';
export { networkStages, type Stage } from '../networks/stages.js';
export {
  buildNetwork,
  NETWORK_NAMES,
  type NetworkEntry,
  networkEntry,
  networkNames,
} from '../networks.js';
export type { Materials, Recipe } from './common.js';
export { hhd, plain };

/** The built-in recipes by name. */
export const recipes: Readonly<Record<string, Recipe>> = { hhd, plain };

/**
 * The recipe a plan reference names: a built-in one, or a module by its URL.
 *
 * @throws PoseDistillError BAD_OPTION when there is none or it exports no `plan`
 */
export async function loadRecipe(module: string): Promise<Recipe> {
  const builtIn = recipes[module];
  if (builtIn) return builtIn;
  const names = Object.keys(recipes).join(', ');
  if (!/^(file|https?|data|node):/.test(module))
    throw new PoseDistillError(
      'BAD_OPTION',
      `No recipe is called "${module}". Built in: ${names}; or name a module file that exports plan(options).`,
    );
  const loaded = (await import(module)) as Partial<Recipe>;
  if (typeof loaded.plan !== 'function')
    throw new PoseDistillError('BAD_OPTION', `${module} exports no function plan(options).`);
  return loaded as Recipe;
}
