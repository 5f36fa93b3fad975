import { run } from '@pose-distill/network-tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Model } from '../src/model/model.js';
import { startBackend } from '../src/node/backend.js';
import { plain, recipes } from '../src/recipes/index.js';
import type { LossTerm, Maps, Plan, TermInput } from '../src/train/plan.js';
import { disposeState, initialState, namedWeights, toTensors } from '../src/train/state.js';
import { compilePlan, computeGradient, stepScalars, trainStep } from '../src/train/step.js';
import { disposeBatch, toBatchTensors } from '../src/train/targets.js';
import { describeTeacher, type MapShape, outputShapes } from '../src/train/teacher.js';
import { blobBatch } from './tiny-plan.js';
import { recipePlan, TINY_RECIPES, type TinyRecipe, tinyRecipe, trained } from './tiny-recipes.js';

beforeAll(async () => {
  await startBackend();
});

const termOf = (plan: Plan, { distils }: TinyRecipe): LossTerm =>
  plan.terms.find(({ name }) => name === distils)!;

/** The plan with one term alone, of weight 1. */
function alone(plan: Plan, term: LossTerm): Plan {
  return { ...plan, terms: [{ ...term, weight: 1 }] };
}

/** Gradient of a plan's loss at its first step by parameter. */
async function gradientOf(plan: Plan): Promise<Record<string, Float32Array>> {
  const compiled = compilePlan(plan);
  const start = initialState(plan.student, plan.seed);
  const state = toTensors(plan.student, start);
  const batch = toBatchTensors(plan, blobBatch(plan, 0));
  const scalars = tf.tensor1d(stepScalars(plan, 0));
  const row = computeGradient(compiled, state, batch, scalars);
  const weights = ((await row.data()) as Float32Array).slice(0, start.weights.length);
  tf.dispose([row, scalars]);
  disposeState(state);
  disposeBatch(batch);
  compiled.release();
  return namedWeights(plan.student, { ...start, weights, statistics: {} });
}

/** What a plan's student gives at its first step. */
async function firstOutputs({ student, ...plan }: Plan): Promise<Maps> {
  const state = toTensors(student, initialState(student, plan.seed));
  const batch = toBatchTensors({ student, ...plan }, blobBatch({ student, ...plan }, 0));
  const weights = namedWeights(student, initialState(student, plan.seed));
  const outputs = tf.tidy(() => {
    const variables = Object.fromEntries(
      student.parameters.map(({ name, shape }) => [name, tf.tensor(weights[name]!, [...shape])]),
    );
    return run(student, variables, { image: batch.image }, { training: true }).outputs as Maps;
  });
  disposeState(state);
  disposeBatch(batch);
  return outputs;
}

const isZero = (values: Float32Array): boolean => values.every((value) => value === 0);

/** A term's gradient with respect to each map that it is given. */
function gradientsOfMaps(plan: Plan, term: LossTerm): { student: string[]; teacher: string[] } {
  return tf.tidy(() => {
    const teacher = plan.teachers?.teacher;
    const sides: [string, Readonly<Record<string, MapShape>>][] = [
      ['student', outputShapes(plan.student)],
      ['teacher', teacher ? describeTeacher(teacher).outputs : {}],
    ];
    const keys = sides.flatMap(([side, maps]) => Object.keys(maps).map((name) => [side, name]));
    const shapes = sides.flatMap(([, maps]) => Object.values(maps));
    const drawn = shapes.map((shape, i) => tf.randomUniform([2, ...shape], 0, 1, 'float32', i + 1));
    const { heatmapSize, skeleton } = plan;
    const count = skeleton.keypoints.length;
    const targets: TermInput['targets'] = {
      heatmaps: tf.zeros([2, heatmapSize.height, heatmapSize.width, count]),
      coordinates: tf.fill([2, count, 2], 0.4),
      weights: tf.ones([2, count]),
    };
    const pick = (side: string, maps: readonly tf.Tensor[]): Maps =>
      Object.fromEntries(
        keys.flatMap(([own, name], i) => (own === side ? [[name, maps[i]]] : [])),
      ) as Maps;
    const gradients = tf.grads((...maps: tf.Tensor[]) => {
      const teachers = { teacher: pick('teacher', maps) };
      const value = term.fn({ outputs: pick('student', maps), teachers, targets });
      // Maps that the term does not read have a gradient too: none.
      return tf.addN([value, ...maps.map((map) => tf.mul(tf.sum(map), 0))]);
    })(drawn);
    const reached = (side: string): string[] =>
      keys.flatMap(([own, name], i) =>
        own === side && !isZero(gradients[i]!.dataSync() as Float32Array) ? [name!] : [],
      );
    return { student: reached('student'), teacher: reached('teacher') };
  });
}

describe.each(TINY_RECIPES)('$label: what distillation moves', (recipe) => {
  const plan = recipePlan(recipe);
  const isReference = recipe.label === 'okdhp reference';

  it('reaches the maps of those who learn, and of the ensemble only in the released program', () => {
    const term = termOf(plan, recipe);
    const outputs = Object.keys(outputShapes(plan.student));
    const learners = outputs.filter((name) => isReference || !recipe.within.includes(name));
    const { student, teacher } = gradientsOfMaps(plan, term);
    expect(student).toEqual(learners);
    expect(teacher).toEqual([]);
  });

  if (recipe.within.length > 0)
    it('treats what is followed as a constant', async () => {
      const term = termOf(plan, recipe);
      const constants = await firstOutputs(plan);
      const followed = Object.fromEntries(recipe.within.map((name) => [name, constants[name]!]));
      const fixed: LossTerm = {
        ...term,
        fn: ({ outputs, ...input }) => {
          const unused = recipe.within.map((name) => tf.mul(tf.sum(outputs[name]!), 0));
          const value = term.fn({ ...input, outputs: { ...outputs, ...followed } });
          return tf.addN([value, ...unused]) as tf.Scalar;
        },
      };
      const found = await gradientOf(alone(plan, term));
      const expected = await gradientOf(alone(plan, fixed));
      const differs = Object.keys(found).filter((name) =>
        found[name]!.some((value, i) => value !== expected[name]![i]),
      );
      if (isReference) expect(differs.length).toBeGreaterThan(10);
      else expect(differs).toEqual([]);
      tf.dispose(Object.values(constants));
    });
});

describe('parameters', () => {
  it.each([
    ['lspd', 'teacher.', /^(features|stage[12])\./],
    ['okdhp paper', 'fau.', /^net\./],
    ['okdhp reference', 'none', /^(fau|net)\./],
  ])('%s: distillation moves nothing of %s', async (label, prefix, moved) => {
    const recipe = tinyRecipe(label);
    const plan = recipePlan(recipe);
    const gradient = Object.entries(await gradientOf(alone(plan, termOf(plan, recipe))));
    const still = gradient.filter(([name]) => name.startsWith(prefix));
    expect(still.length > 0).toBe(prefix !== 'none');
    for (const [name, values] of still) expect(isZero(values), name).toBe(true);
    const rest = gradient.filter(([name]) => !name.startsWith(prefix));
    expect(rest.every(([name]) => moved.test(name))).toBe(true);
    const parts = new Set(
      rest.filter(([, values]) => !isZero(values)).map(([name]) => partOf(name)),
    );
    expect(parts).toEqual(new Set(rest.map(([name]) => partOf(name))));
  });

  const partOf = (name: string): string =>
    name
      .split('.')
      .slice(0, name.startsWith('net') ? 2 : 1)
      .join('.');

  it.each(
    TINY_RECIPES.filter(({ module }) => recipes[module]!.teacher),
  )('$label: those of the teacher stay as they are', async (recipe) => {
    const plan = recipePlan(recipe);
    const teacher = plan.teachers!.teacher as Model;
    const compiled = compilePlan(plan);
    const variables = Object.values(compiled.teachers.teacher!.variables);
    const bytes = async (): Promise<Buffer> => {
      const loaded = await Promise.all(variables.map((variable) => variable.data()));
      const all = [...Object.values(teacher.weights), ...(loaded as Float32Array[])];
      return Buffer.concat(all.map((values) => new Uint8Array(values.slice().buffer)));
    };
    const before = await bytes();
    let state = toTensors(plan.student, initialState(plan.student, 1));
    const batch = toBatchTensors(plan, blobBatch(plan, 0));
    for (let step = 0; step < 3; step++) {
      const scalars = tf.tensor1d(stepScalars(plan, step));
      const next = trainStep(compiled, state, batch, scalars);
      tf.dispose([scalars, next.terms]);
      disposeState(state);
      state = next.state;
    }
    expect(before.equals(await bytes())).toBe(true);
    disposeState(state);
    disposeBatch(batch);
    compiled.release();
  });
});

describe.each(TINY_RECIPES)('$label: distillation of weight 0', (recipe) => {
  const steps = 4;

  it('trains as if it were not there, to the bit', async () => {
    const plan = recipePlan(recipe, { ...recipe.off, steps });
    const term = termOf(plan, recipe);
    expect(typeof term.weight === 'number' ? term.weight : term.weight(steps)).toBe(0);
    const without = { ...plan, terms: plan.terms.filter((other) => other !== term) };
    const [ours, theirs] = [await trained(plan), await trained(without)];
    expect(ours.checkpoints).toHaveLength(steps);
    expect(ours.checkpoints).toEqual(theirs.checkpoints);
    const distilled = await trained(recipePlan(recipe, { steps }));
    expect(distilled.checkpoints.at(-1)).not.toEqual(ours.checkpoints.at(-1));
  });

  if (recipe.within.length === 0)
    it('is the baseline, to the bit', async () => {
      const plan = recipePlan(recipe, { ...recipe.off, steps });
      const { options } = recipes[recipe.module]!.baseline!({ ...recipe.options, steps });
      const [ours, theirs] = [await trained(plan), await trained(plain.plan(options))];
      expect(ours.checkpoints).toEqual(theirs.checkpoints);
    });
});

it.each(
  TINY_RECIPES,
)('$label is the same to the bit when less is kept in memory', async (recipe) => {
  const steps = 3;
  const { checkpoints } = await trained(recipePlan(recipe, { steps }));
  for (const recompute of ['norms', 'all'])
    expect((await trained(recipePlan(recipe, { steps, recompute }))).checkpoints).toEqual(
      checkpoints,
    );
});
