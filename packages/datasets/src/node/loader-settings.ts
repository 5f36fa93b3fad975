import { drawAugmentation, sampleRandom } from '../augment.js';
import type { MakeBatchOptions } from '../batch.js';
import { requireWhole } from '../order.js';

/** What loaders of every kind are told about a run. */
export interface RunSettings extends Pick<MakeBatchOptions, 'inputSize' | 'augment'> {
  readonly batchSize: number;
  readonly startStep: number;
  readonly epochs: number;
  readonly workers: number;
  readonly ahead: number;
}

/** @throws DatasetError `OUT_OF_RANGE`, before anything is opened or started */
export function checkRun(run: RunSettings): void {
  requireWhole('batchSize', run.batchSize, 1);
  requireWhole('workers', run.workers, 0);
  requireWhole('ahead', run.ahead, 0);
  requireWhole('startStep', run.startStep, 0);
  requireWhole('inputSize.width', run.inputSize.width, 1);
  requireWhole('inputSize.height', run.inputSize.height, 1);
  if (run.epochs !== Infinity) requireWhole('epochs', run.epochs, 1);
  if (run.augment) drawAugmentation(sampleRandom(0, 0, 0), run.augment); // its options are checked there
}

/** The settings of a batch alone: what goes to a worker must be plain data. */
export function batchSettings(options: Omit<MakeBatchOptions, 'seed' | 'epoch'>): MakeBatchOptions {
  const { inputSize, padding, convention, boxes, mean, deviation, augment } = options;
  const { heatmaps, onBadRecord } = options;
  return {
    inputSize,
    ...(padding === undefined ? {} : { padding }),
    ...(convention ? { convention } : {}),
    ...(boxes ? { boxes } : {}),
    ...(mean ? { mean } : {}),
    ...(deviation ? { deviation } : {}),
    ...(augment ? { augment } : {}),
    ...(heatmaps ? { heatmaps } : {}),
    ...(onBadRecord ? { onBadRecord } : {}),
  };
}
