/** A value as a pure function of the step, which counts from 0. */
export type Schedule = (step: number) => number;

/** Always the same value. */
export function constant(value: number): Schedule {
  return () => value;
}

/** Falls from `peak` to `floor` along half a cosine over `steps`. */
export function cosine(peak: number, steps: number, floor = 0): Schedule {
  return (step) => {
    const progress = Math.min(1, Math.max(0, step / Math.max(1, steps)));
    return floor + 0.5 * (peak - floor) * (1 + Math.cos(Math.PI * progress));
  };
}

/** `base`, multiplied by `factor` at each milestone reached. */
export function stepDecay(base: number, milestones: readonly number[], factor = 0.1): Schedule {
  return (step) => base * factor ** milestones.filter((milestone) => step >= milestone).length;
}

/** Rises linearly to `schedule` over the first `steps`, starting from `from` times its value. */
export function warmUp(schedule: Schedule, steps: number, from = 0.001): Schedule {
  return (step) =>
    step >= steps ? schedule(step) : schedule(step) * (from + ((1 - from) * step) / steps);
}
