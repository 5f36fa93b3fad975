import type { Plan } from './plan.js';
import { inputSizeOf } from './predict.js';
import type { Schedule } from './schedule.js';

/** What is wrong with the numbers and schedules of a plan, each with the value that came. */
export function settingProblems(plan: Plan): string[] {
  const { accumulate = 1, batchSize, syncBatchNorm = false, ema, optimizer } = plan;
  const problems: string[] = [];
  const expect = (fits: boolean, what: string, came: unknown): void => {
    if (!fits) problems.push(`${what}; ${show(came)} came`);
  };
  const isCount = (value: number): boolean => Number.isInteger(value) && value >= 1;
  for (const name of ['steps', 'batchSize'] as const)
    expect(isCount(plan[name]), `${name} must be a whole number from 1 up`, plan[name]);
  for (const name of ['inputSize', 'heatmapSize'] as const) {
    const { height, width } = plan[name];
    expect(
      isCount(height) && isCount(width),
      `${name} must be { height, width } in whole pixels`,
      plan[name],
    );
  }
  for (const name of ['sigma', 'clipNorm'] as const)
    expect(plan[name] > 0 && plan[name] < Infinity, `${name} must be above 0`, plan[name]);
  expect(Number.isInteger(plan.seed) && plan.seed >= 0, 'seed must be a whole number', plan.seed);
  for (const name of ['beta1', 'beta2', 'epsilon', 'weightDecay'] as const)
    expect(Number.isFinite(optimizer[name]), `optimizer.${name} must be a number`, optimizer[name]);
  expect(
    isCount(accumulate) && accumulate <= batchSize,
    `accumulate must be a whole number from 1 to batchSize (${batchSize})`,
    accumulate,
  );
  if (syncBatchNorm)
    expect(
      accumulate === 1,
      'syncBatchNorm needs the whole batch at a time, so accumulate must be 1',
      accumulate,
    );
  if (ema !== undefined) expect(ema > 0 && ema < 1, 'ema must be above 0 and below 1', ema);
  return problems;
}

/** The learning rate and the weights of the terms must be finite numbers at every step, and the terms' names differ. */
export function scheduleProblems({ steps, learningRate, terms }: Plan): string[] {
  const problems: string[] = [];
  const look = (what: string, schedule: number | Schedule, least: number): void => {
    const kind = typeof schedule;
    if (kind !== 'number' && kind !== 'function') {
      problems.push(`${what} must be a number or a function of the step; ${show(schedule)} came`);
      return;
    }
    const at = firstBad(schedule, steps, least);
    if (at) problems.push(`${what} is ${show(at.value)} at step ${at.step}`);
  };
  look('learningRate', learningRate, 0);
  for (const { name, weight } of terms) look(`the weight of term "${name}"`, weight, -Infinity);
  const names = terms.map(({ name }) => name);
  const repeated = names.filter((name, i) => names.indexOf(name) !== i);
  if (repeated.length) problems.push(`two terms are called "${repeated[0]}"`);
  return problems;
}

function firstBad(
  schedule: number | Schedule,
  steps: number,
  least: number,
): { readonly step: number; readonly value: unknown } | undefined {
  const count = typeof schedule === 'function' ? steps : 1;
  for (let step = 0; step < count; step++) {
    const value = typeof schedule === 'function' ? valueAt(schedule, step) : schedule;
    if (!Number.isFinite(value) || (value as number) < least) return { step, value };
  }
  return undefined;
}

function valueAt(schedule: Schedule, step: number): unknown {
  try {
    return schedule(step);
  } catch (error) {
    return `an error (${(error as Error).message})`;
  }
}

/** The student must take one input, `image`, of the plan's size. */
export function inputProblems({ student, inputSize }: Plan): string[] {
  const [name, ...more] = student.inputs;
  if (name !== 'image' || more.length)
    return [`the student must have one input, "image"; it has ${student.inputs.join(', ')}`];
  const own = inputSizeOf({ network: student });
  if (own.height === inputSize.height && own.width === inputSize.width) return [];
  return [
    `the student's network takes ${own.height}x${own.width}, and inputSize is ${inputSize.height}x${inputSize.width}`,
  ];
}

function show(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}
