import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { blobBatch, TINY_OPTIONS, tinyPlan } from '../../test/tiny-plan.js';
import { startBackend } from '../node/backend.js';
import { hhd } from '../recipes/index.js';
import { disposeState, initialState, namedWeights, toArrays, toTensors } from './state.js';
import { compilePlan, stepScalars, trainStep } from './step.js';
import { disposeBatch, toBatchTensors } from './targets.js';

beforeAll(async () => {
  await startBackend();
});

describe('trainStep', () => {
  it('is a function of its arguments: leaves them alone, gives the same twice, leaks nothing', async () => {
    const plan = tinyPlan();
    const compiled = compilePlan(plan);
    const state = toTensors(plan.student, initialState(plan.student, 1));
    const batch = toBatchTensors(plan, blobBatch(plan, 0));
    const scalars = tf.tensor1d(stepScalars(plan, 1));
    const before = await toArrays(state);
    const tensors = tf.memory().numTensors;

    const first = trainStep(compiled, state, batch, scalars);
    const second = trainStep(compiled, state, batch, scalars);
    const [a, b] = [await toArrays(first.state), await toArrays(second.state)];
    expect(a).toEqual(b);
    expect(await toArrays(state)).toEqual(before);
    expect(a.weights).not.toEqual(before.weights);
    for (const [name, values] of Object.entries(a.statistics))
      expect(values, name).not.toEqual(before.statistics[name]);

    for (const { state: made, terms } of [first, second]) {
      disposeState(made);
      terms.dispose();
    }
    expect(tf.memory().numTensors).toBe(tensors);
    disposeState(state);
    disposeBatch(batch);
    scalars.dispose();
    compiled.release();
  });

  it('adds up the weighted terms', async () => {
    const teacherPlan = tinyPlan();
    const teacher = {
      network: teacherPlan.student,
      weights: namedWeights(teacherPlan.student, initialState(teacherPlan.student, 9)),
      skeleton: teacherPlan.skeleton,
      decode: teacherPlan.decode,
    };
    const plan = hhd.plan({ ...TINY_OPTIONS, distillationWeight: 0.25 }, { teachers: { teacher } });
    const compiled = compilePlan(plan);
    const state = toTensors(plan.student, initialState(plan.student, 1));
    const batch = toBatchTensors(plan, blobBatch(plan, 0));
    const scalars = tf.tensor1d(stepScalars(plan, 0));
    const result = trainStep(compiled, state, batch, scalars);
    const [total, coordinates, distillation] = await result.terms.data();
    expect(distillation).toBeGreaterThan(0);
    expect(total).toBeCloseTo(coordinates! + 0.25 * distillation!, 5);
    disposeState(result.state);
    result.terms.dispose();
    disposeState(state);
    disposeBatch(batch);
    scalars.dispose();
    compiled.release();
  });
});
