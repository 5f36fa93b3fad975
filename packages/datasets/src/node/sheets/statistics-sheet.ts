import { escapeHtml, htmlPage, htmlTable } from '@pose-distill/internal-sheets';
import type { DatasetStatistics, Spread } from '../../examine/statistics.js';

/** The statistics of one or more splits as one self-contained HTML page. */
export function statisticsSheetHtml(
  title: string,
  splits: readonly { readonly name: string; readonly statistics: DatasetStatistics }[],
): string {
  return htmlPage(title, splits.map(({ name, statistics }) => section(name, statistics)).join(''));
}

function section(name: string, statistics: DatasetStatistics): string {
  const { keypoints, labelledPerPerson, sampleCount, byArea } = statistics;
  const share = (count: number): number => (sampleCount === 0 ? 0 : count / sampleCount);
  return `<h2>${escapeHtml(name)}: ${sampleCount} people to train on, ${escapeHtml(statistics.skeleton)}</h2>
${htmlTable(
  ['', ''],
  statisticsRows(statistics).map((row) => [...row]),
)}
<div class="row">
${bars(
  'Labelled, and of these hidden',
  keypoints.map((keypoint) => ({
    label: keypoint.name,
    share: share(keypoint.labelled),
    inner: share(keypoint.hidden),
  })),
)}
${bars(
  'Labelled keypoints of a person',
  labelledPerPerson.map((count, k) => ({ label: String(k), share: share(count) })),
)}
${bars(
  'Area: small, medium, large',
  Object.entries(byArea).map(([label, count]) => ({ label, share: share(count) })),
)}
</div>`;
}

/** Names and values as text, for a page or a terminal. */
export function statisticsRows(statistics: DatasetStatistics): (readonly [string, string])[] {
  const spreads: readonly (readonly [string, Spread | undefined])[] = [
    ['people in a picture', statistics.peoplePerImage],
    ['box size (px)', statistics.boxSize],
    ['box width / height', statistics.boxAspect],
    ['area / box', statistics.areaShare],
    ['picture width', statistics.imageWidth],
    ['picture height', statistics.imageHeight],
  ];
  return [
    ['pictures', String(statistics.imageCount)],
    ['people', String(statistics.personCount)],
    ['crowds', String(statistics.crowdCount)],
    ['people without labels', String(statistics.unlabelledCount)],
    ['people to train on', String(statistics.sampleCount)],
    ...spreads.map(([name, spread]) => [name, spread ? showSpread(spread) : 'none'] as const),
  ];
}

function showSpread({ least, lowerQuartile, median, upperQuartile, most }: Spread): string {
  const [a, b, c, d, e] = [least, lowerQuartile, median, upperQuartile, most].map((value) =>
    Number(value.toPrecision(3)),
  );
  return `median ${c}, half in ${b} to ${d}, all in ${a} to ${e}`;
}

interface Bar {
  readonly label: string;
  /** 0..1 */
  readonly share: number;
  /** Part of the bar drawn darker, 0..1 of the same scale. */
  readonly inner?: number;
}

const ROW = 18;
const LABEL = 120;
const LENGTH = 260;

function bars(title: string, list: readonly Bar[]): string {
  const height = 26 + ROW * list.length;
  const rows = list.map(({ label, share, inner = 0 }, i) => {
    const y = 26 + ROW * i;
    const bar = (width: number, colour: string): string =>
      `<rect x="${LABEL}" y="${y + 2}" width="${(width * LENGTH).toFixed(1)}" height="${ROW - 5}" fill="${colour}"/>`;
    return (
      `<text x="${LABEL - 6}" y="${y + 12}" text-anchor="end">${escapeHtml(label)}</text>${bar(share, '#5b93ea')}${bar(inner, '#c9702c')}` +
      `<text x="${(LABEL + share * LENGTH + 5).toFixed(1)}" y="${y + 12}">${(100 * share).toFixed(1)} %</text>`
    );
  });
  const width = LABEL + LENGTH + 60;
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="${escapeHtml(title)}"><text class="title" x="0" y="14">${escapeHtml(title)}</text>${rows.join('')}</svg>`;
}
