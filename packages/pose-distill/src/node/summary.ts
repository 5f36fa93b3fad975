import { openDataset, type SourceSpec } from '@pose-distill/datasets/node';
import { complexity } from '@pose-distill/network';
import type { Model } from '../model/model.js';
import { scoreResults } from '../train/evaluate.js';
import { meanPoseResults } from '../train/mean-pose.js';
import { createPredictor, inputSizeOf } from '../train/predict.js';
import type { ValidationResult } from '../train/train.js';
import { startBackend } from './backend.js';
import type { JobOutcome } from './job.js';
import { loadModel } from './models.js';

/** One model of a comparison; scores in percent. */
export interface SummaryRow {
  readonly name: string;
  /** By name, the same names for all models of a comparison. */
  readonly scores: ValidationResult;
  readonly parameters?: number;
  readonly macs?: number;
  /** Median time of one image, one thread, batch norm folded, no flip test. */
  readonly milliseconds?: number;
}

/** The mean pose and every finished phase, scored on the validation split. */
export async function summarise(
  source: string | SourceSpec,
  outcomes: readonly JobOutcome[],
): Promise<SummaryRow[]> {
  await startBackend();
  const [training, validation] = await Promise.all([
    openDataset(source, { split: 'train' }),
    openDataset(source, { split: 'val' }),
  ]);
  const floor = scoreResults(validation, meanPoseResults(training, validation));
  const rows: SummaryRow[] = [{ name: 'mean pose', scores: floor }];
  for (const { phase, result } of outcomes) {
    const model = await loadModel(phase.directory);
    const { parameters, total: macs } = complexity(model.network, 'macs');
    rows.push({
      name: phase.name,
      scores: result.verdict?.scores ?? {},
      parameters,
      macs,
      milliseconds: await timePerImage(model),
    });
  }
  return rows;
}

/**
 * A comparison as a table: a row for each model, and after the scores its size and time.
 *
 * @param none what stands where there is no number
 */
export function summaryCells(rows: readonly SummaryRow[], none: string): SummaryCells {
  const number = (value: number | null | undefined, digits: number): string =>
    value?.toFixed(digits) ?? none;
  const names = Object.keys(rows[0]?.scores ?? {});
  return {
    head: ['', ...names, 'parameters', 'MACs (M)', 'ms/image'],
    body: rows.map(({ name, scores, parameters, macs, milliseconds }) => [
      name,
      ...names.map((score) => number(scores[score], 1)),
      parameters?.toLocaleString('en') ?? none,
      number(macs === undefined ? undefined : macs / 1e6, 1),
      number(milliseconds, 1),
    ]),
  };
}

export interface SummaryCells {
  readonly head: readonly string[];
  readonly body: readonly (readonly string[])[];
}

async function timePerImage(model: Model, repeats = 20): Promise<number> {
  const predictor = createPredictor(model, { flipTest: false });
  const { width, height } = inputSizeOf(model);
  const batch = {
    size: 1,
    images: new Float32Array(width * height * 3).fill(0.5),
    transforms: Float64Array.of(1, 0, 0, 0, 1, 0),
  };
  const times: number[] = [];
  for (let i = 0; i < repeats + 5; i++) {
    const start = performance.now();
    await predictor.predict(batch);
    if (i >= 5) times.push(performance.now() - start);
  }
  predictor.dispose();
  return times.sort((a, b) => a - b)[repeats >> 1]!;
}
