import { largestWorkerCount } from '../train/micro-batch.js';
import type { Plan } from '../train/plan.js';
import { physicalCores } from './processors.js';

/** How many threads compute a run's steps, and why that many. */
export interface WorkerChoice {
  readonly count: number;
  readonly reason: string;
}

/**
 * @param asked as many as the caller wants; one per physical core when absent
 * @param before micro-batches of the run that goes on
 */
export function chooseWorkers(plan: Plan, asked?: number, before?: number): WorkerChoice {
  const most = asked ?? physicalCores();
  // Who asks for a number gets it, though the run then goes on with other micro-batches than before.
  const count = largestWorkerCount(plan, most, asked === undefined ? before : undefined);
  if (count === most) return { count, reason: asked ? 'as asked' : 'one per physical core' };
  const allowed = largestWorkerCount(plan, most);
  if (count < allowed)
    return { count, reason: `to go on with the ${before} micro-batches the run was started with` };
  return { count, reason: `a batch of ${plan.batchSize} allows no more` };
}
