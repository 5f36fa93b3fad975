import {
  type BarRow,
  barChart,
  colourKey,
  escapeHtml,
  htmlPage,
  lineChart,
  tiles,
} from '@pose-distill/internal-sheets';
import { KEYPOINT_OUTCOMES, type OksAnalysis, type OksBreakdown } from '../analysis/index.js';
import type { CocoKeypointFile, CocoKeypointResult } from '../coco.js';
import { exampleSections } from './examples.js';
import { errorFigure } from './figure.js';
import {
  CORRECTION_NAMES,
  OUTCOME_COLOURS,
  percent,
  REPORT_STYLE,
  ramp,
  signed,
} from './palette.js';

/** What `oksReport` draws. */
export interface OksReportInput {
  readonly groundTruth: CocoKeypointFile;
  readonly results: readonly CocoKeypointResult[];
  /** Of these annotations and results. */
  readonly analysis: OksAnalysis;
  /** @default 'Keypoint evaluation' */
  readonly title?: string;
  /** Lines under the title, such as the names of the files. */
  readonly notes?: readonly string[];
  /** Headline numbers in 0..1 with their names, instead of COCO's. */
  readonly stats?: Readonly<Record<string, number | null>>;
  /** Why a headline number is null, by name. */
  readonly reasons?: Readonly<Record<string, string>>;
}

/**
 * One self-contained HTML page about an analysis, without script and without anything to fetch: headline numbers, what each kind of error
 * costs, precision-recall curves, AP by area and by number of keypoints, errors of each keypoint, and people drawn as stick figures with
 * their results. It follows the reader's light or dark setting. Every string is escaped.
 *
 * @example
 * const analysis = analyseOks(groundTruth, results);
 * await writeFile('report.html', oksReport({ groundTruth, results, analysis }));
 */
export function oksReport(input: OksReportInput): string {
  const { analysis, title = 'Keypoint evaluation', notes = [] } = input;
  const stats = input.stats ?? (analysis.stats as unknown as Record<string, number | null>);
  const body = [
    ...[...notes, describe(input)].map((line) => `<p class="quiet">${escapeHtml(line)}</p>`),
    tiles(
      Object.entries(stats).map(([name, value]) => ({
        name,
        value: percent(value),
        ...(value === null && { reason: input.reasons?.[name] ?? 'nobody is counted' }),
      })),
    ),
    '<h2>Where the AP goes</h2>',
    corrections(analysis),
    '<h2>Precision and recall</h2>',
    curves(analysis),
    '<h2>Size and visibility</h2>',
    breakdowns(analysis),
    '<h2>Keypoints</h2>',
    keypoints(input),
    '<h2>Examples</h2>',
    `<p class="quiet">Thick grey: the annotation. Thin: the result, its keypoints coloured by what became of them, with a dashed line to where they should be. Faint: other people of the image.</p>`,
    outcomeKey(),
    exampleSections(input),
  ].join('\n');
  return htmlPage(title, body, REPORT_STYLE);
}

function describe({ groundTruth, results, analysis }: OksReportInput): string {
  const { people, strayResults } = analysis;
  const missed = people.filter(({ result }) => result === null).length;
  const kinds = { background: 0, duplicate: 0, ignored: 0 };
  for (const { kind } of strayResults) kinds[kind]++;
  const n = (value: number, one: string, many: string): string =>
    `${value.toLocaleString('en')} ${value === 1 ? one : many}`;
  return `${n(groundTruth.images.length, 'image', 'images')}, ${n(people.length, 'counted person', 'counted people')}, ${missed.toLocaleString('en')} of them without a result; ${n(results.length, 'result', 'results')}: of those that take part ${kinds.background.toLocaleString('en')} about nobody, ${kinds.duplicate.toLocaleString('en')} second ones, ${kinds.ignored.toLocaleString('en')} about people who are not counted.`;
}

function corrections({ baseline, corrections: list }: OksAnalysis): string {
  if (baseline === null) return '<p>No data: nobody is counted.</p>';
  const steps = barChart({
    title: 'AP with one correction after the other',
    width: 520,
    rows: [
      {
        label: 'as it is',
        parts: [{ size: baseline, colour: 'var(--truth)' }],
        value: percent(baseline),
      },
      ...list.map(({ correction, cumulative, cumulativeGain }) => ({
        label: CORRECTION_NAMES[correction],
        from: (cumulative ?? 0) - (cumulativeGain ?? 0),
        parts: cumulative === null ? [] : [{ size: cumulativeGain ?? 0, colour: 'var(--gain)' }],
        value: percent(cumulative),
        ...(cumulativeGain !== null && { note: signed(cumulativeGain) }),
      })),
    ],
  });
  const most = Math.max(0.01, ...list.map(({ aloneGain }) => aloneGain ?? 0));
  const single = barChart({
    title: 'AP gained by one correction alone',
    width: 520,
    max: most,
    rows: list.map(({ correction, aloneGain }) => ({
      label: CORRECTION_NAMES[correction],
      parts: [{ size: Math.max(0, aloneGain ?? 0), colour: 'var(--gain)' }],
      value: signed(aloneGain),
    })),
  });
  return `<div class="pair">${steps}${single}</div><p class="quiet">A correction moves all keypoints of one kind to their places, gives results the scores that rank them best, or leaves out results that match nobody or people whom nothing matches. Kinds of errors after Ronchi and Perona, ICCV 2017.</p>`;
}

function curves({ curves: list }: OksAnalysis): string {
  const ranges = [...new Set(list.map(({ areaRange }) => areaRange))];
  const thresholds = [...new Set(list.map(({ threshold }) => threshold))];
  const colours = ramp(thresholds.length);
  const charts = ranges.map((range) => {
    const ofRange = list.filter(({ areaRange }) => areaRange === range);
    return lineChart({
      title: `Area: ${range.label}`,
      xLabel: 'recall',
      width: 345,
      height: 300,
      xRange: [0, 1],
      yRange: [0, 1],
      legend: false,
      mostDots: 0,
      series: ofRange.flatMap(({ threshold, recall, precision }) => {
        if (!precision) return [];
        // A curve ends where its recall does.
        const reached = precision.findLastIndex((value) => value > 0) + 1;
        const points = precision
          .slice(0, Math.min(precision.length, reached + 1))
          .map((value, r) => [recall[Math.min(r, Math.max(0, reached))]!, value] as const);
        const css = colours[thresholds.indexOf(threshold)]!;
        return [{ name: threshold.toFixed(2), css, points }];
      }),
    });
  });
  const key = colourKey(
    thresholds.map((threshold, i) => {
      const { AP } = list.find((curve) => curve.threshold === threshold)!;
      return { name: `OKS ${threshold.toFixed(2)}: ${percent(AP)}`, colour: colours[i]! };
    }),
  );
  return `<div class="row">${charts.join('')}</div>${key}<p class="quiet">Precision over recall at each OKS threshold; the numbers are the areas under the curves for ${escapeHtml(ranges[0]?.label ?? 'all')}.</p>`;
}

function breakdowns({ byArea, byKeypointCount }: OksAnalysis): string {
  const chart = (
    title: string,
    list: readonly OksBreakdown[],
    name: (row: OksBreakdown) => string,
  ) =>
    barChart({
      title,
      width: 520,
      rows: list.flatMap((row): BarRow[] => [
        {
          label: name(row),
          parts: [{ size: row.AP ?? 0, colour: 'var(--gain)', name: 'AP' }],
          value: row.AP === null ? 'no data' : `AP ${percent(row.AP)}`,
          note: `${row.people.toLocaleString('en')} people`,
          space: 6,
        },
        ...(row.AR === null
          ? []
          : [
              {
                label: '',
                parts: [{ size: row.AR, colour: 'var(--truth)', name: 'AR' }],
                value: `AR ${percent(row.AR)}`,
              },
            ]),
      ]),
    });
  return `<div class="pair">${chart('By area of the person', byArea, ({ label }) => label)}${chart('By number of labelled keypoints', byKeypointCount, ({ label }) => label)}</div><p class="quiet">People outside a range are ignored. False positives have no number of keypoints and count in every range on the right, so compare AR there.</p>`;
}

function keypoints({ analysis, groundTruth }: OksReportInput): string {
  const { errors, errorsPerKeypoint } = analysis;
  if (!errors.shares) return '<p>No data: no labelled keypoint of anybody with a result.</p>';
  const rows = [{ name: 'all keypoints', ...errors }, ...errorsPerKeypoint].map(
    ({ name, shares, keypoints: labelled, meanSimilarity }) => ({
      label: name.replaceAll('_', ' '),
      parts: shares
        ? KEYPOINT_OUTCOMES.map((outcome) => ({
            size: shares[outcome],
            colour: OUTCOME_COLOURS[outcome],
            name: `${outcome} ${percent(shares[outcome])} %`,
          }))
        : [],
      value: shares ? `${percent(shares.good)} good` : 'no data',
      note:
        meanSimilarity === null
          ? ''
          : `similarity ${meanSimilarity.toFixed(2)}, ${labelled.toLocaleString('en')} labelled`,
    }),
  );
  const figure = errorFigure(analysis, groundTruth, { width: 220, height: 400 });
  const caption = '<figcaption>Larger and redder: more often not good.</figcaption>';
  const bars = barChart({
    title: 'What became of labelled keypoints',
    rows,
    width: figure ? 790 : 1040,
  });
  const chart = `<div>${outcomeKey()}${bars}</div>`;
  const both = figure
    ? `<div class="keypoints"><figure>${figure}${caption}</figure>${chart}</div>`
    : chart;
  return `${both}${definitions(analysis)}`;
}

function outcomeKey(): string {
  return colourKey(KEYPOINT_OUTCOMES.map((name) => ({ name, colour: OUTCOME_COLOURS[name] })));
}

function definitions({ rules }: OksAnalysis): string {
  const nearest =
    rules.variant === 'paper'
      ? 'not near its own place, but near'
      : 'nearer than to its own place, and near';
  return `<dl>
<dt>similarity</dt><dd>of one keypoint to a place: exp(−d² / (8 σ² area)), its term of the OKS.</dd>
<dt>good, jitter</dt><dd>similar to its own place: from ${rules.goodThreshold}, from ${rules.nearThreshold}.</dd>
<dt>inversion</dt><dd>${nearest} to its left or right counterpart of the same person.</dd>
<dt>swap</dt><dd>${nearest} to that keypoint or its counterpart of another person.</dd>
<dt>miss</dt><dd>near none of these.</dd>
</dl>`;
}
