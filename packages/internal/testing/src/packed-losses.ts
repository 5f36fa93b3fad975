/**
 * What a user of hhd-align and kd-losses runs, in Node and in a page: plain ESM on stock tfjs. Each loss gives its value and its gradient's
 * sum over `sin(0.7 i + 0.2)` times entry i.
 */
export const LOSSES_PROGRAM = `
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { integralPriorLoss, removeIntegralBias } from '@pose-distill/hhd-align';
import {
  heatmapMseLoss, heatmapOhkmLoss, hhdLoss, l1Loss, mseLoss, pixelKlLoss, smoothL1Loss, stageDistillationLoss, teacherMixLoss,
} from '@pose-distill/kd-losses';

const isPage = globalThis.document !== undefined;
if (isPage) {
  setWasmPaths('/node_modules/@tensorflow/tfjs-backend-wasm/dist/');
  await import('@tensorflow/tfjs-backend-webgl');
}

const walk = (shape, step, modulus) => tf.tensor(
  Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => (((i * step) % modulus) - (modulus - 1) / 2) / 8), shape);
const waves = (shape) => tf.tensor(
  Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(0.7 * i + 0.2)), shape);
const inner = async (a, b) => {
  const [x, y] = [await a.data(), await b.data()];
  return x.reduce((sum, value, i) => sum + value * y[i], 0);
};

export async function losses(backend) {
  if (!(await tf.setBackend(backend))) throw new Error('no backend ' + backend);
  const [s, t, g] = [37, 29, 17].map((step) => walk([2, 6, 5, 3], step, 41));
  const [p, q] = [13, 7].map((step) => walk([2, 3, 2], step, 23));
  const w = tf.tensor2d([1, 0, 0.5, 1, 1, 0.25], [2, 3]);
  const scalars = {
    heatmapMseLoss: [(x) => heatmapMseLoss(x, t, w), s],
    'heatmapMseLoss, mmpose-0': [(x) => heatmapMseLoss(x, t, w, { weighting: 'mmpose-0' }), s],
    'heatmapMseLoss, hrnet': [(x) => heatmapMseLoss(x, t, w, { weighting: 'hrnet' }), s],
    heatmapOhkmLoss: [(x) => heatmapOhkmLoss(x, t, w, { hardest: 2 }), s],
    pixelKlLoss: [(x) => pixelKlLoss(x, t, w, { temperature: 2 }), s],
    'pixelKlLoss, teacher': [(x) => pixelKlLoss(s, x, w, { temperature: 2 }), t],
    teacherMixLoss: [(x) => teacherMixLoss(x, t, g, w, { alpha: 0.8 }), s],
    stageDistillationLoss: [(x) => stageDistillationLoss([x, t], g, w, { towards: 'next', stageWeights: [1, 0.5] }), s],
    hhdLoss: [(x) => hhdLoss(x, t, { windowSize: 4, beta: 0.5 }), s],
    'hhdLoss, reference': [(x) => hhdLoss(x, t, { windowSize: 4, variant: 'reference', teacherNormalisation: 'l1' }), s],
    'hhdLoss, softmax': [(x) => hhdLoss(x, t, {
      windowSize: 3, beta: 0.5, studentNormalisation: 'softmax', teacherNormalisation: 'none', keypointWeights: w,
    }), s],
    smoothL1Loss: [(x) => smoothL1Loss(x, q, w, { threshold: 0.5 }), p],
    l1Loss: [(x) => l1Loss(x, q, w), p],
    mseLoss: [(x) => mseLoss(x, q, w), p],
    integralPriorLoss: [(x) => integralPriorLoss(x, p, w, { beta: 2, sigma: 1.5 }), s],
  };
  const outcome = {};
  for (const [name, [f, x]] of Object.entries(scalars)) {
    const { value, grad } = tf.valueAndGrad(f)(x);
    outcome[name] = [(await value.data())[0], await inner(grad, waves(x.shape))];
  }
  const dy = waves(p.shape);
  const moved = tf.valueAndGrad((x) => removeIntegralBias(x, s, { beta: 0.5 }))(p, dy);
  outcome.removeIntegralBias = [await inner(moved.value, dy), await inner(moved.grad, dy)];
  return outcome;
}

/** Backends at hand, and proof that tfjs is as it comes: no gradient is registered for what the losses are made of. */
export async function lossesOnStockTfjs() {
  const registered = ['Multiply', 'Sub', 'Sum', 'Softmax', 'Transpose'].filter((name) => tf.getGradient(name));
  const outcome = { registered, cpu: await losses('cpu'), wasm: await losses('wasm') };
  const hasWebgl = isPage && (await tf.setBackend('webgl').catch(() => false));
  return hasWebgl ? { ...outcome, webgl: await losses('webgl') } : outcome;
}
`;

/** The same in double precision by PyTorch 2.13's automatic derivatives, from formulas written without this project's code. */
export const LOSSES_EXPECTED: Readonly<Record<string, readonly [value: number, gradient: number]>> =
  {
    heatmapMseLoss: [1.7655381944444444, -0.010089297381033004],
    'heatmapMseLoss, mmpose-0': [1.56337890625, 0.0044665483851427865],
    'heatmapMseLoss, hrnet': [0.781689453125, 0.0022332741925713932],
    heatmapOhkmLoss: [2.3017903645833333, 0.015144579361544386],
    pixelKlLoss: [0.07280886054055363, 0.0025700230623099582],
    'pixelKlLoss, teacher': [0.07280886054055363, -0.001121545887369038],
    teacherMixLoss: [0.8024273003472223, 0.0015801031757808888],
    stageDistillationLoss: [1.0843885633680557, 0.0022332741925713932],
    hhdLoss: [1.4409495551075602, -0.07779428160964456],
    'hhdLoss, reference': [0.7520506170278257, -0.10662753752811216],
    'hhdLoss, softmax': [16.152861693490188, -0.040552613060279526],
    smoothL1Loss: [0.4756673177083333, 0.022124948505759273],
    l1Loss: [0.6276041666666666, -0.009690358519522824],
    mseLoss: [0.978271484375, -0.16490158985444692],
    integralPriorLoss: [0.004884191707124135, 0.0015763470756873007],
    removeIntegralBias: [-15.568868261489307, 27.657497315693668],
  };
