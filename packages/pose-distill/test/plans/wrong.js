// A plan with one thing wrong, by the name of what it is.
import * as tf from '@tensorflow/tfjs-core';
import { plain } from 'pose-distill/recipes';

const term = (fn) => ({ terms: [{ name: 'mine', weight: 1, fn }] });

const WRONG = {
  output: () => term(({ outputs }) => tf.mean(outputs.nothing)),
  tap: () => term(({ teachers }) => tf.mean(teachers.large.stride8)),
  'no scalar': () => term(({ outputs }) => outputs.heatmaps),
  'no tensor': () => term(async ({ outputs }) => tf.mean(outputs.heatmaps)),
  'no fn': () => ({ terms: [{ name: 'mine', weight: 1 }] }),
  'no terms': () => ({ terms: [] }),
  'text as weight': ({ terms: [first] }) => ({ terms: [{ ...first, weight: '1' }] }),
  'NaN weight': ({ terms: [first] }) => ({
    terms: [{ ...first, weight: (step) => 1 / (step === 1 ? Number.NaN : 1) }],
  }),
  'NaN rate': () => ({ learningRate: (step) => Math.sqrt(1 - step) }),
  'throwing rate': () => ({
    learningRate: () => {
      throw new Error('no rate today');
    },
  }),
  'two names': ({ terms: [first] }) => ({ terms: [first, first] }),
  teacher: (_, { teachers }) => ({ teachers: { large: teachers.large } }),
  'deployed output': () => ({ deploys: ['large'] }),
  'heatmap size': () => ({ heatmapSize: { width: 4, height: 4 } }),
  'input size': () => ({ inputSize: { width: 64, height: 64 } }),
  steps: () => ({ steps: 2.5 }),
  keypoints: ({ skeleton }) => ({
    skeleton: { ...skeleton, keypoints: skeleton.keypoints.slice(1) },
  }),
};

export function plan({ wrong, teacher: _, ...options }, materials) {
  if (wrong === 'nothing') return null;
  if (wrong === 'throws') throw new Error('not today');
  const made = plain.plan(options);
  return { ...made, ...WRONG[wrong]?.(made, materials) };
}
