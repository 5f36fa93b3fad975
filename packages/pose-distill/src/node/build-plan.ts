import { PoseDistillError } from '../errors.js';
import { loadRecipe, type Materials } from '../recipes/index.js';
import type { Plan, PlanReference } from '../train/plan.js';
import type { Teacher } from '../train/teacher.js';
import { loadModel } from './models.js';
import { openTeacherCache } from './teacher-cache.js';

export interface BuildPlanOptions {
  /** Teachers by the folders that they will be in: to build a plan before its teacher is trained. Default: none. */
  readonly promised?: Readonly<Record<string, Teacher>>;
}

/**
 * Builds the plan a reference names, with the materials its options point to: `teacher` is a model folder or
 * `cache:` and the folder of a teacher cache, or several by name.
 *
 * @throws PoseDistillError BAD_OPTION, naming the module, when it throws or gives no plan; what reading a teacher throws
 */
export async function buildPlan(
  { module, options }: PlanReference,
  { promised = {} }: BuildPlanOptions = {},
): Promise<Plan> {
  const recipe = await loadRecipe(module);
  const materials = await loadMaterials(options.teacher, promised);
  let plan: unknown;
  try {
    plan = await recipe.plan(options, materials);
  } catch (error) {
    if (error instanceof PoseDistillError) throw error;
    throw new PoseDistillError(
      'BAD_OPTION',
      `plan(options) of ${module} threw: ${(error as Error).message}`,
      { module },
      { cause: error },
    );
  }
  const missing = missingParts(plan);
  if (missing.length === 0) return plan as Plan;
  throw new PoseDistillError(
    'BAD_OPTION',
    `plan(options) of ${module} gave no plan: ${missing.join(', ')}. See the type Plan of pose-distill/train.`,
    { module, missing },
  );
}

async function loadMaterials(
  places: unknown,
  promised: Readonly<Record<string, Teacher>>,
): Promise<Materials> {
  if (!places) return { teachers: {} };
  const byName =
    typeof places === 'string' ? { teacher: places } : (places as Record<string, string>);
  const teachers: Record<string, Teacher> = {};
  for (const [name, place] of Object.entries(byName))
    teachers[name] = promised[place] ?? (await loadTeacher(place));
  return { teachers };
}

const CACHE = 'cache:';

function loadTeacher(place: string): Promise<Teacher> {
  return place.startsWith(CACHE) ? openTeacherCache(place.slice(CACHE.length)) : loadModel(place);
}

const FIELDS: Readonly<Record<string, 'string' | 'object' | 'function' | 'number'>> = {
  name: 'string',
  skeleton: 'object',
  inputSize: 'object',
  heatmapSize: 'object',
  sigma: 'number',
  student: 'object',
  decode: 'object',
  terms: 'object',
  optimizer: 'object',
  learningRate: 'function',
  clipNorm: 'number',
  batchSize: 'number',
  augment: 'object',
  steps: 'number',
  seed: 'number',
};

/** What keeps a value that a foreign module gave from being a plan. */
function missingParts(plan: unknown): string[] {
  if (typeof plan !== 'object' || plan === null) return [`it gave ${String(plan)}`];
  const given = plan as Record<string, unknown>;
  const wrong = Object.entries(FIELDS)
    .filter(([name, type]) => typeof given[name] !== type || given[name] === null)
    .map(([name, type]) => `${name} must be ${type === 'object' ? 'an' : 'a'} ${type}`);
  const terms = Array.isArray(given.terms) ? (given.terms as Record<string, unknown>[]) : [];
  const isTerm = (term: Record<string, unknown>): boolean =>
    typeof term?.name === 'string' && typeof term.fn === 'function';
  if (terms.length === 0 || !terms.every(isTerm))
    wrong.push('terms must be a list of { name, weight, fn }');
  return wrong;
}
