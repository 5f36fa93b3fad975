import type { PoseDataset } from '@pose-distill/datasets';
import { openDataset } from '@pose-distill/datasets/node';
import { PoseDistillError } from '../errors.js';
import { checkPlan } from '../train/check-plan.js';
import { initialWeights } from '../train/initial.js';
import type { Plan } from '../train/plan.js';
import { type MapSource, outputShapes, type Teacher } from '../train/teacher.js';
import { startBackend } from './backend.js';
import { buildPlan } from './build-plan.js';
import { chooseWorkers } from './choose-workers.js';
import { loadModel } from './models.js';
import { namedAfter, type Phase } from './phase.js';
import { fromPlainError, toPlainError } from './plain-error.js';

/**
 * Builds and checks the plans of all phases and opens their validation data, so that what cannot work is refused before the first step of the first
 * phase, not after hours of training a teacher. Nothing is written.
 *
 * @throws PoseDistillError what building and checking a plan throws, naming the phase; BAD_OPTION for validation data of other keypoints
 */
export async function checkJob(phases: readonly Phase[], workers?: number): Promise<void> {
  await startBackend();
  const validation = await openDataset(phases[0]!.source, { split: 'val' });
  const promised: Record<string, Teacher> = {};
  for (const phase of phases)
    try {
      const plan = await buildPlan(phase.reference, { promised });
      checkPlan(plan);
      chooseWorkers(plan, workers);
      if (phase.init && !promised[phase.init])
        initialWeights(plan.student, plan.seed, await loadModel(phase.init));
      checkValidation(validation, plan);
      promised[phase.directory] = promiseOf(phase, plan);
    } catch (thrown) {
      throw fromPlainError(namedAfter(phase, toPlainError(thrown)));
    }
}

/** What a phase will deploy, as far as a plan must know it. */
function promiseOf({ name, directory }: Phase, plan: Plan): MapSource {
  const [deployed = 'heatmaps'] = plan.deploys ?? [];
  return {
    name: directory,
    skeleton: plan.skeleton,
    inputSize: plan.inputSize,
    outputs: { heatmaps: outputShapes(plan.student)[deployed]! },
    maps: () => Promise.reject(new Error(`Phase ${name} is not trained yet.`)),
  };
}

function checkValidation(
  { name, samples, skeleton: found }: PoseDataset,
  { skeleton }: Plan,
): void {
  if (samples.length === 0)
    throw new PoseDistillError(
      'BAD_OPTION',
      `${name} has nobody to validate on. Give data whose validation split has people with labelled keypoints.`,
    );
  if (found.keypoints.join() === skeleton.keypoints.join()) return;
  throw new PoseDistillError(
    'BAD_OPTION',
    `The plan learns ${skeleton.keypoints.length} keypoints (${skeleton.keypoints.join(', ')}) and the validation data ${name} has ` +
      `${found.keypoints.length} (${found.keypoints.join(', ')}). Give data whose two splits have the same keypoints.`,
  );
}
