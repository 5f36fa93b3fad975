import { describe, expect, it } from 'vitest';
import { parseShare, shareFromEnvironment } from './share.js';

describe('parseShare', () => {
  it('reads i/n, counted from 0', () => {
    expect(parseShare('0/1')).toEqual({ index: 0, count: 1 });
    expect(parseShare(' 3 / 4 ')).toEqual({ index: 3, count: 4 });
  });

  it.each(['4/4', '1', '1/0', '-1/3', '1.5/3', 'a/b', '', '1/2/3'])('refuses %j', (text) => {
    expect(() => parseShare(text)).toThrow(/expected i\/n with i from 0 to n - 1, such as 0\/4/);
  });
});

describe('shareFromEnvironment', () => {
  it.each([
    ['nothing', {}, undefined],
    ['an empty variable', { JOB_COMPLETION_INDEX: '' }, undefined],
    [
      'AWS Batch',
      { AWS_BATCH_JOB_ARRAY_INDEX: '7', AWS_BATCH_JOB_ARRAY_SIZE: '10' },
      { index: 7, count: 10 },
    ],
    ['Kubernetes', { JOB_COMPLETION_INDEX: '2', JOB_COMPLETIONS: '3' }, { index: 2, count: 3 }],
    ['a Slurm array 0-3', slurm({ id: 2, min: 0, max: 3, count: 4 }), { index: 2, count: 4 }],
    ['a Slurm array 5-11:2', slurm({ id: 9, min: 5, max: 11, count: 4 }), { index: 2, count: 4 }],
    ['a Slurm array of one', slurm({ id: 6, min: 6, max: 6, count: 1 }), { index: 0, count: 1 }],
    ['tasks of srun', { SLURM_PROCID: '1', SLURM_STEP_NUM_TASKS: '2' }, { index: 1, count: 2 }],
    ['a batch script outside of srun', { SLURM_PROCID: '0', SLURM_NTASKS: '4' }, undefined],
  ] as const)('reads %s', (_, environment, expected) => {
    expect(shareFromEnvironment(environment)).toEqual(expected);
  });

  it('asks for the count that Kubernetes does not give', () => {
    expect(() => shareFromEnvironment({ JOB_COMPLETION_INDEX: '2' })).toThrow(
      /JOB_COMPLETION_INDEX is 2, but how many .* JOB_COMPLETIONS/,
    );
  });

  it.each([
    { AWS_BATCH_JOB_ARRAY_INDEX: 'x', AWS_BATCH_JOB_ARRAY_SIZE: '10' },
    { AWS_BATCH_JOB_ARRAY_INDEX: '10', AWS_BATCH_JOB_ARRAY_SIZE: '10' },
    slurm({ id: 3, min: 1, max: 7, count: 3 }), // 1, 3, 7: no regular steps
  ])('refuses %j', (environment) => {
    expect(() => shareFromEnvironment(environment)).toThrow(/expected i\/n/);
  });
});

function slurm(of: {
  id: number;
  min: number;
  max: number;
  count: number;
}): Record<string, string> {
  return {
    SLURM_ARRAY_TASK_ID: String(of.id),
    SLURM_ARRAY_TASK_MIN: String(of.min),
    SLURM_ARRAY_TASK_MAX: String(of.max),
    SLURM_ARRAY_TASK_COUNT: String(of.count),
  };
}
