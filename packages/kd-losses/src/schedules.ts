import { checkNumber } from './shapes.js';

/**
 * Weight of a distillation term that grows from exp(-5) to 1: `exp(-5 (1 - t / length)^2)` with `t` clipped to the ramp, so that a
 * teacher that is trained along the way is useful before it teaches.
 *
 * @param step where the training is: epochs or steps, as `length`
 * @param length of the ramp; 0 means no ramp, 1 throughout
 * @throws {LossError} OUT_OF_RANGE
 * @see Laine and Aila, Temporal Ensembling, ICLR 2017; OKDHP (Li et al., ICCV 2021) evaluates it once an epoch
 * @example
 * rampUp(30, 60); // 0.2865
 */
export function rampUp(step: number, length: number): number {
  checkNumber(
    'length',
    length,
    (value) => value >= 0 && Number.isFinite(value),
    'a number of at least 0',
  );
  if (length === 0) return 1;
  const left = 1 - Math.min(Math.max(step, 0), length) / length;
  return Math.exp(-5 * left ** 2);
}

/**
 * Weights of a chain of experts for the module that learns from them: expert m of M counts m / M, so that later, better ones count
 * more. The first module (m = 1) is the student and is not among them.
 *
 * @param experts M, the modules of the chain, the student included
 * @returns for m = 2..M
 * @see our reading of ULPD (Zhang et al., Electronics 12(12):2593, 2023), whose weights are not published
 * @example
 * expertWeights(3); // [2/3, 1]
 */
export function expertWeights(experts: number): number[] {
  checkNumber(
    'experts',
    experts,
    (value) => Number.isInteger(value) && value >= 1,
    'an integer of at least 1',
  );
  return Array.from({ length: experts - 1 }, (_, i) => (i + 2) / experts);
}
