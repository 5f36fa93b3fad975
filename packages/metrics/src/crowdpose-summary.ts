import type { CrowdPoseRules } from './evaluate-crowdpose.js';
import type { OksTables, Table } from './oks-accumulate.js';
import type { OksSettings } from './oks-options.js';
import { meanOf, reasonOf, type SummaryRow } from './oks-summary.js';
import { pairwiseSum } from './pairwise-sum.js';

/**
 * CrowdPose's nine numbers, under its names and in its order; null where the reference says -1. The last three, of easy, medium and hard
 * images, are rounded to 4 places as the reference rounds them.
 */
export interface CrowdPoseStats {
  readonly AP: number | null;
  readonly AP50: number | null;
  readonly AP75: number | null;
  readonly AR: number | null;
  readonly AR50: number | null;
  readonly AR75: number | null;
  readonly 'AP(E)': number | null;
  readonly 'AP(M)': number | null;
  readonly 'AP(H)': number | null;
}

export interface CrowdPoseSummary {
  readonly stats: CrowdPoseStats;
  /** For each null in `stats` the reason, in words. */
  readonly reasons: Readonly<Partial<Record<keyof CrowdPoseStats, string>>>;
  /** The last three of `stats` as they are before rounding. */
  readonly classUnrounded: Readonly<Record<ClassName, number | null>>;
}

type ClassName = 'AP(E)' | 'AP(M)' | 'AP(H)';

const ROWS: Readonly<Record<Exclude<keyof CrowdPoseStats, ClassName>, SummaryRow>> = {
  AP: { table: 'precision', label: 'all' },
  AP50: { table: 'precision', label: 'all', threshold: 0.5 },
  AP75: { table: 'precision', label: 'all', threshold: 0.75 },
  AR: { table: 'recall', label: 'all' },
  AR50: { table: 'recall', label: 'all', threshold: 0.5 },
  AR75: { table: 'recall', label: 'all', threshold: 0.75 },
};
const CLASSES: readonly (readonly [ClassName, string])[] = [
  ['AP(E)', 'easy'],
  ['AP(M)', 'medium'],
  ['AP(H)', 'hard'],
];

/** crowdposetools takes precision at all thresholds this near to the one asked for. */
const NEAR = 0.01;

export function summariseCrowdPose(
  tables: OksTables,
  classTables: readonly OksTables[],
  settings: OksSettings,
  rules: CrowdPoseRules,
): CrowdPoseSummary {
  const stats: Partial<Record<keyof CrowdPoseStats, number | null>> = {};
  const reasons: Partial<Record<keyof CrowdPoseStats, string>> = {};
  for (const name of Object.keys(ROWS) as (keyof typeof ROWS)[]) {
    const row = ROWS[name];
    const near = rules === 'crowdposetools' && row.table === 'precision' ? NEAR : 0;
    stats[name] = meanOf(tables, settings, row, near);
    if (stats[name] === null) reasons[name] = reasonOf(settings, row);
  }
  const classUnrounded: Partial<Record<ClassName, number | null>> = {};
  CLASSES.forEach(([name, word], i) => {
    const mean = meanOfFirstRange(classTables[i]!.precision);
    const value = mean === -1 || Number.isNaN(mean) ? null : mean;
    classUnrounded[name] = value;
    stats[name] = value === null ? null : round4(value);
    if (value === null) reasons[name] = `no person is counted in ${word} images`;
  });
  return {
    stats: stats as CrowdPoseStats,
    reasons,
    classUnrounded: classUnrounded as Record<ClassName, number | null>,
  };
}

/** The plain mean of all entries of the first range of areas, -1 included, as the reference takes it. */
function meanOfFirstRange({ data, shape }: Table): number {
  const [A, M] = [shape[3]!, shape[4]!];
  const values = data.filter((_, i) => Math.floor(i / M) % A === 0);
  return pairwiseSum(values, 0, values.length) / values.length;
}

/** To 4 places as NumPy rounds: halves to even. */
function round4(value: number): number {
  const scaled = value * 1e4;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const up = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0);
  return (up ? floor + 1 : floor) / 1e4;
}
