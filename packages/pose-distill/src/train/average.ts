import type { Plan } from './plan.js';
import { type StateArrays, statisticParameters } from './state.js';

/**
 * How much the average keeps at a step that counts from 0: the plan's `ema`, and less at the start, `(1 + step) / (10 + step)`,
 * so that the weights the run began with are soon forgotten.
 */
export function emaDecay({ ema }: Pick<Plan, 'ema'>, step: number): number {
  return ema === undefined ? 0 : Math.min(ema, (1 + step) / (10 + step));
}

/** The state with an average of the weights and the running statistics beside it, where the plan asks for one. */
export function withAverage({ ema, student }: Plan, state: StateArrays): StateArrays {
  if (ema === undefined) return state;
  const statistics = statisticParameters(student).map(({ name }) => state.statistics[name]!);
  return { ...state, average: concatenate([state.weights, ...statistics]) };
}

/** The state that is evaluated and exported: the average where there is one. */
export function averaged({ student }: Pick<Plan, 'student'>, state: StateArrays): StateArrays {
  const { average } = state;
  if (!average) return state;
  let offset = state.weights.length;
  const statistics: Record<string, Float32Array> = {};
  for (const { name } of statisticParameters(student)) {
    const { length } = state.statistics[name]!;
    statistics[name] = average.slice(offset, offset + length);
    offset += length;
  }
  return { ...state, weights: average.slice(0, state.weights.length), statistics };
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
