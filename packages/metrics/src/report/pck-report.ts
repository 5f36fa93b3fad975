import {
  barChart,
  colourKey,
  escapeHtml,
  htmlPage,
  lineChart,
  tiles,
} from '@pose-distill/internal-sheets';
import type { Skeleton } from '@pose-distill/skeletons';
import { shareFigure } from './figure.js';
import { percent, REPORT_STYLE } from './palette.js';

/** What `pckReport` draws. */
export interface PckReportInput {
  /** Headline numbers by name, in percent. */
  readonly stats: Readonly<Record<string, number | null>>;
  /** Of the K keypoints, in order. */
  readonly skeleton: Skeleton;
  /** [K]: share of correct keypoints, 0..1, null for no data. */
  readonly perKeypoint: readonly (number | null)[];
  /** [K]: how often each is labelled. */
  readonly counted: readonly number[];
  /** Share of correct keypoints, 0..1, by threshold. */
  readonly curve?: {
    readonly thresholds: readonly number[];
    readonly shares: readonly (number | null)[];
    /** What a threshold is a fraction of, such as 'head size'. */
    readonly unit: string;
  };
  /** @default 'PCK' */
  readonly title?: string;
  /** Lines under the title. */
  readonly notes?: readonly string[];
  /** Why a headline number is null, by name. */
  readonly reasons?: Readonly<Record<string, string>>;
}

/**
 * One self-contained HTML page about percentages of correct keypoints, without script and without anything to fetch: headline numbers,
 * the curve over thresholds, and each keypoint. Every string is escaped.
 *
 * @example
 * const { pck, perKeypoint, countedPerKeypoint } = evaluatePck(groundTruth, results);
 * pckReport({ stats: { PCK: 100 * pck! }, skeleton: coco17, perKeypoint, counted: countedPerKeypoint });
 */
export function pckReport(input: PckReportInput): string {
  const { stats, skeleton, perKeypoint, counted, curve, title = 'PCK', notes = [] } = input;
  const bars = barChart({
    title: 'Correct keypoints, in percent',
    width: 560,
    rows: skeleton.keypoints.map((name, k) => ({
      label: name.replaceAll('_', ' '),
      parts: [
        { size: perKeypoint[k] ?? 0, colour: 'var(--good)', name: 'correct' },
        ...(perKeypoint[k] === null
          ? []
          : [{ size: 1 - (perKeypoint[k] ?? 0), colour: 'var(--miss)', name: 'wrong' }]),
      ],
      value: percent(perKeypoint[k]),
      note: `${(counted[k] ?? 0).toLocaleString('en')} labelled`,
    })),
  });
  const wrong = perKeypoint.map((share) => (share === null ? null : 1 - share));
  const figure = shareFigure(skeleton, wrong, { width: 220, height: 400 });
  const caption = '<figcaption>Larger and redder: more often wrong.</figcaption>';
  const body = [
    ...notes.map((line) => `<p class="quiet">${escapeHtml(line)}</p>`),
    tiles(
      Object.entries(stats).map(([name, value]) => ({
        name,
        value: value === null ? 'no data' : value.toFixed(1),
        ...(value === null && { reason: input.reasons?.[name] ?? 'nobody is counted' }),
      })),
    ),
    ...Object.entries(input.reasons ?? {}).map(
      ([name, reason]) => `<p class="quiet">${escapeHtml(`${name}: ${reason}.`)}</p>`,
    ),
    '<h2>Keypoints</h2>',
    colourKey([
      { name: 'correct', colour: 'var(--good)' },
      { name: 'wrong', colour: 'var(--miss)' },
    ]),
    figure
      ? `<div class="keypoints"><figure>${figure}${caption}</figure><div>${bars}</div></div>`
      : bars,
    ...(curve ? ['<h2>Thresholds</h2>', drawCurve(curve)] : []),
  ].join('\n');
  return htmlPage(title, body, REPORT_STYLE);
}

function drawCurve({ thresholds, shares, unit }: NonNullable<PckReportInput['curve']>): string {
  const points = thresholds.flatMap((threshold, i): [number, number][] => {
    const share = shares[i];
    return typeof share === 'number' ? [[threshold, share]] : [];
  });
  return lineChart({
    title: 'Share of correct keypoints',
    xLabel: `threshold, of the ${unit}`,
    series: [{ name: 'all keypoints', css: 'var(--gain)', points }],
    yRange: [0, 1],
    legend: false,
    mostDots: 0,
    width: 560,
  });
}
