import { describe, expect, it } from 'vitest';
import { TINY_OPTIONS } from '../../test/tiny-plan.js';
import { hhd, loadRecipe, plain } from './index.js';

describe('recipes', () => {
  it('tells all wrong options at once', () => {
    const wrong = { ...TINY_OPTIONS, steps: 0, head: 'other', speling: 1 };
    expect(() => plain.plan(wrong)).toThrow(/head must be one of.*steps must be.*speling is not/s);
  });

  it('refuses a network without heatmaps', () => {
    const options = { ...TINY_OPTIONS, network: 'distilpose-s', height: 32, width: 48 };
    expect(() => plain.plan(options)).toThrow(/distilpose-s gives coordinates.*no heatmaps/);
  });

  it('asks for a teacher', () => {
    expect(() => hhd.plan(TINY_OPTIONS)).toThrow(/--teacher DIR/);
  });

  it('names the teacher and the baseline as plans of their own, with the same data and schedule', () => {
    const options = { ...TINY_OPTIONS, variant: 'reference', teacher: 'somewhere' };
    const teacher = hhd.teacher(options);
    expect(plain.plan(teacher.options).decode.kind).toBe('heatmap');
    const baseline = plain.plan(hhd.baseline(options).options);
    expect(baseline.decode).toEqual({ kind: 'integral', beta: 10 });
    expect(baseline.steps).toBe(TINY_OPTIONS.steps);
  });

  it('finds recipes by name and modules by URL', async () => {
    expect(await loadRecipe('hhd')).toBe(hhd);
    await expect(loadRecipe('nothing')).rejects.toThrow(/Built in: plain, hhd, okdhp/);
    const module = `data:text/javascript,export const plan = () => 'a plan'`;
    expect((await loadRecipe(module)).plan({})).toBe('a plan');
    await expect(loadRecipe('data:text/javascript,')).rejects.toThrow(
      /exports nothing, and no function/,
    );
  });
});
