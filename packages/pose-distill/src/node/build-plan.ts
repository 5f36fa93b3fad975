import { loadRecipe, type Materials } from '../recipes/index.js';
import type { Plan, PlanReference } from '../train/plan.js';
import { loadModel } from './models.js';

/** Builds the plan a reference names, with the materials its options point to. */
export async function buildPlan(reference: PlanReference): Promise<Plan> {
  const recipe = await loadRecipe(reference.module);
  const { teacher } = reference.options;
  const materials: Materials =
    typeof teacher === 'string' && teacher ? { teacher: await loadModel(teacher) } : {};
  return recipe.plan(reference.options, materials);
}
