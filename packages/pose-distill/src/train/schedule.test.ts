import { describe, expect, it } from 'vitest';
import { constant, cosine, stepDecay, warmUp } from './schedule.js';

describe('schedules', () => {
  it('falls along half a cosine', () => {
    const schedule = cosine(2, 100, 0.5);
    expect(schedule(0)).toBe(2);
    expect(schedule(50)).toBeCloseTo(1.25, 12);
    expect(schedule(100)).toBeCloseTo(0.5, 12);
    expect(schedule(1000)).toBeCloseTo(0.5, 12);
  });

  it('drops at milestones, from the milestone itself on', () => {
    const schedule = stepDecay(1, [170, 200]);
    expect([169, 170, 199, 200].map(schedule)).toEqual([1, 0.1, 0.1, expect.closeTo(0.01, 12)]);
  });

  it('warms up linearly from its share and then leaves the schedule alone', () => {
    const schedule = warmUp(constant(4), 10, 0.25);
    expect(schedule(0)).toBe(1);
    expect(schedule(5)).toBe(2.5);
    expect(schedule(10)).toBe(4);
    expect(warmUp(constant(4), 0)(0)).toBe(4);
  });
});
