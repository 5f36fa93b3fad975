import { accelerateWasm } from '@pose-distill/accelerate/wasm';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { blobBatch, tinyPlan } from '../../test/tiny-plan.js';
import { startBackend } from '../node/backend.js';
import { disposeState, initialState, toTensors } from './state.js';
import { compilePlan, stepScalars, trainStep } from './step.js';
import { disposeBatch, toBatchTensors } from './targets.js';

const STEPS = 200;
/** Steps until everything that is made once is there. */
const WARM_UP = 5;

it(`leaks nothing in ${STEPS} steps: tensors, buffers, bytes of the heap`, {
  timeout: 120_000,
}, async () => {
  await startBackend();
  const plan = tinyPlan({ batchSize: 2 });
  const compiled = compilePlan(plan);
  let state = toTensors(plan.student, initialState(plan.student, 1));
  const { memory } = await accelerateWasm();
  const run = (from: number, to: number): void => {
    for (let step = from; step < to; step++) {
      const batch = toBatchTensors(plan, blobBatch(plan, step % 4));
      const scalars = tf.tensor1d(stepScalars(plan, step));
      const next = trainStep(compiled, state, batch, scalars);
      disposeState(state);
      disposeBatch(batch);
      tf.dispose([scalars, next.terms]);
      state = next.state;
    }
  };
  const count = () => {
    const { numTensors, numDataBuffers } = tf.memory();
    return { numTensors, numDataBuffers, bytes: memory().bytes, heapBytes: memory().heapBytes };
  };
  run(0, WARM_UP);
  const before = count();
  run(WARM_UP, WARM_UP + STEPS);
  expect(count()).toEqual(before);
  disposeState(state);
  compiled.release();
});
