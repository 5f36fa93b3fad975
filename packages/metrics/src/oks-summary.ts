import type { OksTables } from './oks-accumulate.js';
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

/** Why a number of `stats` is null. */
export type OksReasons = Readonly<Partial<Record<keyof OksStats, string>>>;

export interface OksSummary {
  readonly stats: OksStats;
  /** For each null in `stats` the reason, in words. */
  readonly reasons: OksReasons;
}

/** Which rows of the tables a number is the mean of; a threshold that is left out means all. */
export interface SummaryRow {
  readonly table: 'precision' | 'recall';
  readonly label: string;
  readonly threshold?: number;
}

const ROWS: Readonly<Record<keyof OksStats, SummaryRow>> = {
  AP: { table: 'precision', label: 'all' },
  AP50: { table: 'precision', label: 'all', threshold: 0.5 },
  AP75: { table: 'precision', label: 'all', threshold: 0.75 },
  APm: { table: 'precision', label: 'medium' },
  APl: { table: 'precision', label: 'large' },
  AR: { table: 'recall', label: 'all' },
  AR50: { table: 'recall', label: 'all', threshold: 0.5 },
  AR75: { table: 'recall', label: 'all', threshold: 0.75 },
  ARm: { table: 'recall', label: 'medium' },
  ARl: { table: 'recall', label: 'large' },
};

const SUMMARY_DETECTIONS = 20;

export function summariseOks(tables: OksTables, settings: OksSettings): OksSummary {
  const stats: Partial<Record<keyof OksStats, number | null>> = {};
  const reasons: Partial<Record<keyof OksStats, string>> = {};
  for (const name of Object.keys(ROWS) as (keyof OksStats)[]) {
    const value = meanOf(tables, settings, ROWS[name]);
    stats[name] = value;
    if (value === null) reasons[name] = reasonOf(settings, ROWS[name]);
  }
  return { stats: stats as OksStats, reasons };
}

/** Mean of the entries above -1, at thresholds equal to the row's or nearer than `near`; the first axis of the table is T, the last two are A and M. */
export function meanOf(
  tables: OksTables,
  { iouThresholds, areaRanges, maxDetections }: OksSettings,
  { table, label, threshold }: SummaryRow,
  near = 0,
): number | null {
  const { data, shape } = tables[table];
  const [A, M] = [areaRanges.length, maxDetections.length];
  const perThreshold = data.length / Math.max(1, shape[0]!);
  const values: number[] = [];
  for (let i = 0; i < data.length; i++) {
    if (!(data[i]! > -1)) continue;
    if (maxDetections[i % M] !== SUMMARY_DETECTIONS) continue;
    if (areaRanges[Math.floor(i / M) % A]!.label !== label) continue;
    if (threshold !== undefined) {
      const distance = Math.abs(threshold - iouThresholds[Math.floor(i / perThreshold)]!);
      if (distance > 0 && distance >= near) continue;
    }
    values.push(data[i]!);
  }
  return values.length === 0 ? null : pairwiseSum(values, 0, values.length) / values.length;
}

export function reasonOf(
  { iouThresholds, areaRanges, maxDetections }: OksSettings,
  { label, threshold }: SummaryRow,
): string {
  if (!maxDetections.includes(SUMMARY_DETECTIONS)) {
    return `${SUMMARY_DETECTIONS} is not among maxDetections`;
  }
  if (threshold !== undefined && !iouThresholds.includes(threshold)) {
    return `threshold ${threshold} is not among iouThresholds`;
  }
  if (!areaRanges.some((range) => range.label === label))
    return `no area range is called '${label}'`;
  return label === 'all' ? 'no person is counted' : `no person of ${label} area is counted`;
}

/** The numbers as the reference's array has them, in its order: -1 for null. */
export function referenceStats<Name extends string>(
  stats: Readonly<Record<Name, number | null>>,
): number[] {
  return Object.values<number | null>(stats).map((value) => value ?? -1);
}
