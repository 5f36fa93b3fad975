import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyPlan } from '../../test/tiny-plan.js';
import { chooseWorkers } from './choose-workers.js';
import { physicalCores } from './processors.js';

/** A machine as Linux shows it: package and core of every processor. */
function machine(allowed: string, processors: readonly (readonly [number, number])[]): string {
  const root = mkdtempSync(join(tmpdir(), 'pose-distill-cores-'));
  const put = (name: string, text: string): void => {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  };
  put('proc/self/status', `Name:\tnode\nCpus_allowed_list:\t${allowed}\nMems_allowed:\t1\n`);
  for (const [i, [chip, core]] of processors.entries()) {
    const folder = `sys/devices/system/cpu/cpu${i}/topology`;
    put(`${folder}/physical_package_id`, `${chip}\n`);
    put(`${folder}/core_id`, `${core}\n`);
  }
  return root;
}

describe('physicalCores', () => {
  const roots: string[] = [];
  let most = 1;
  beforeAll(() => {
    most = availableParallelism();
  });
  afterAll(() => {
    for (const root of roots) rmSync(root, { recursive: true });
  });
  const cores = (...args: Parameters<typeof machine>): number => {
    roots.push(machine(...args));
    return physicalCores(roots.at(-1));
  };

  it('counts a core once, however many threads it has', () => {
    expect(
      cores('0-1', [
        [0, 0],
        [0, 0],
      ]),
    ).toBe(1);
    expect(
      cores('0-1', [
        [0, 0],
        [0, 1],
      ]),
    ).toBe(Math.min(2, most));
    expect(
      cores('0-1', [
        [0, 3],
        [1, 3],
      ]),
    ).toBe(Math.min(2, most));
  });

  it('counts only those the process may run on', () => {
    expect(
      cores('1,3', [
        [0, 0],
        [0, 1],
        [0, 0],
        [0, 1],
      ]),
    ).toBe(1);
  });

  it('takes what Node says where nothing can be read', () => {
    expect(physicalCores('/nowhere')).toBe(most);
    expect(physicalCores()).toBeGreaterThanOrEqual(1);
  });
});

describe('chooseWorkers', () => {
  it('says how many and why', () => {
    const cores = physicalCores();
    const plan = tinyPlan({ batchSize: 64 });
    expect(chooseWorkers(plan)).toEqual({ count: cores, reason: 'one per physical core' });
    expect(chooseWorkers(plan, 3)).toEqual({ count: 3, reason: 'as asked' });
    const small = tinyPlan({ batchSize: 2 });
    expect(chooseWorkers(small, 5)).toEqual({ count: 2, reason: 'a batch of 2 allows no more' });
    const before = chooseWorkers(plan, undefined, 1);
    expect(before.count).toBe(1);
    if (cores > 1) expect(before.reason).toMatch(/go on with the 1 micro-batches/);
    expect(chooseWorkers(plan, 2, 1).count).toBe(2);
  });
});
