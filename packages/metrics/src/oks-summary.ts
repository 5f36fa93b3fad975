import type { OksTables, Table } from './oks-accumulate.js';
import type { OksSettings } from './oks-options.js';
import { pairwiseSum } from './pairwise-sum.js';

/**
 * COCO's ten numbers, under its names and in its order, each in 0..1. Null where the reference says -1: nobody is counted, or
 * the options leave out what the number is about (20 detections, thresholds 0.5 and 0.75, ranges 'all', 'medium', 'large').
 */
export interface OksStats {
  readonly AP: number | null;
  readonly AP50: number | null;
  readonly AP75: number | null;
  readonly APm: number | null;
  readonly APl: number | null;
  readonly AR: number | null;
  readonly AR50: number | null;
  readonly AR75: number | null;
  readonly ARm: number | null;
  readonly ARl: number | null;
}

const SUMMARY_DETECTIONS = 20;

export function summariseOks({ precision, recall }: OksTables, settings: OksSettings): OksStats {
  const mean = (table: Table, label: string, threshold?: number): number | null =>
    meanOf(table, settings, label, threshold);
  return {
    AP: mean(precision, 'all'),
    AP50: mean(precision, 'all', 0.5),
    AP75: mean(precision, 'all', 0.75),
    APm: mean(precision, 'medium'),
    APl: mean(precision, 'large'),
    AR: mean(recall, 'all'),
    AR50: mean(recall, 'all', 0.5),
    AR75: mean(recall, 'all', 0.75),
    ARm: mean(recall, 'medium'),
    ARl: mean(recall, 'large'),
  };
}

/** Mean of the entries above -1; the first axis of the table is T, the last two are A and M. */
function meanOf(
  { data, shape }: Table,
  { iouThresholds, areaRanges, maxDetections }: OksSettings,
  label: string,
  threshold: number | undefined,
): number | null {
  const [A, M] = [areaRanges.length, maxDetections.length];
  const perThreshold = data.length / Math.max(1, shape[0]!);
  const values: number[] = [];
  for (let i = 0; i < data.length; i++) {
    if (!(data[i]! > -1)) continue;
    if (maxDetections[i % M] !== SUMMARY_DETECTIONS) continue;
    if (areaRanges[Math.floor(i / M) % A]!.label !== label) continue;
    if (threshold !== undefined && iouThresholds[Math.floor(i / perThreshold)] !== threshold)
      continue;
    values.push(data[i]!);
  }
  return values.length === 0 ? null : pairwiseSum(values, 0, values.length) / values.length;
}
