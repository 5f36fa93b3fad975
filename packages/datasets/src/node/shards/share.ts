import { DatasetError } from '../../error.js';

/** One of several equal runs of the same work: which, counted from 0, of how many. */
export interface Share {
  readonly index: number;
  readonly count: number;
}

/**
 * Reads `i/n`, counted from 0: `0/4` to `3/4`.
 * @throws DatasetError `OUT_OF_RANGE` for anything else
 */
export function parseShare(text: string): Share {
  const parts = /^\s*(\d{1,9})\s*\/\s*(\d{1,9})\s*$/.exec(text);
  if (!parts) throw badShare(`'${text}'`);
  return checkShare({ index: Number(parts[1]), count: Number(parts[2]) });
}

/** @throws DatasetError `OUT_OF_RANGE` */
export function checkShare(share: Share): Share {
  const { index, count } = share;
  const fits = Number.isSafeInteger(count) && Number.isSafeInteger(index) && index >= 0;
  if (fits && index < count) return share;
  throw badShare(`${index}/${count}`);
}

function badShare(got: string): DatasetError {
  const message = `shard: expected i/n with i from 0 to n - 1, such as 0/4, got ${got}.`;
  return new DatasetError('OUT_OF_RANGE', message, { got });
}

/** Whole numbers among the variables. */
type Variables = (name: string) => number | undefined;

function ofAwsBatch(of: Variables): Share | undefined {
  return pair(of('AWS_BATCH_JOB_ARRAY_INDEX'), of('AWS_BATCH_JOB_ARRAY_SIZE'));
}

/** An array may begin anywhere and go in steps. */
function ofSlurmArray(of: Variables): Share | undefined {
  const [id, count] = [of('SLURM_ARRAY_TASK_ID'), of('SLURM_ARRAY_TASK_COUNT')];
  const [first, last] = [of('SLURM_ARRAY_TASK_MIN'), of('SLURM_ARRAY_TASK_MAX')];
  if (id === undefined || first === undefined || last === undefined) return undefined;
  const step = count !== undefined && count > 1 ? (last - first) / (count - 1) : 1;
  return pair((id - first) / step, count);
}

function ofKubernetes(of: Variables): Share | undefined {
  return pair(of('JOB_COMPLETION_INDEX'), of('JOB_COMPLETIONS'));
}

const SCHEDULERS: readonly (readonly [index: string, (of: Variables) => Share | undefined])[] = [
  ['AWS_BATCH_JOB_ARRAY_INDEX', ofAwsBatch],
  ['SLURM_ARRAY_TASK_ID', ofSlurmArray],
  ['JOB_COMPLETION_INDEX', ofKubernetes],
];

function pair(index: number | undefined, count: number | undefined): Share | undefined {
  return index === undefined || count === undefined ? undefined : { index, count };
}

/**
 * Which share of the work a scheduler gave this process, from its variables: AWS Batch array jobs, Slurm job arrays (any
 * first index and step), tasks of a Slurm step (`srun`), and Kubernetes indexed jobs, which do not say how many they are:
 * put the number of completions into JOB_COMPLETIONS. Undefined where there are none of these.
 *
 * @throws DatasetError `OUT_OF_RANGE` for an index without a count, or variables that make no sense together
 * @example
 * const shard = shareFromEnvironment(process.env) ?? { index: 0, count: 1 };
 */
export function shareFromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Share | undefined {
  const of: Variables = (name) => {
    const value = environment[name];
    return value === undefined || value.trim() === '' ? undefined : Number(value);
  };
  for (const [index, read] of SCHEDULERS) {
    if (of(index) === undefined) continue;
    const share = read(of);
    if (share) return checkShare(share);
    const message =
      `${index} is ${environment[index]}, but how many there are is not known. Kubernetes does not say: put the number of ` +
      'completions of the job into the variable JOB_COMPLETIONS. Or give the share by hand, as i/n.';
    throw new DatasetError('OUT_OF_RANGE', message, { [index]: environment[index] });
  }
  // Outside of a step SLURM_PROCID is 0 whatever the number of tasks, so that only the step's own count means anything.
  const task = pair(of('SLURM_PROCID'), of('SLURM_STEP_NUM_TASKS'));
  return task && checkShare(task);
}
