import { basename, dirname } from 'node:path';
import type { PoseDataset, PoseSample } from '@pose-distill/datasets';
import { openDataset, type SourceSpec } from '@pose-distill/datasets/node';
import {
  type DrawnPose,
  escapeHtml,
  htmlPage,
  htmlTable,
  lineChart,
  posePicture,
  type Series,
} from '@pose-distill/internal-sheets';
import type { CocoKeypointResult } from '@pose-distill/metrics';
import type { TrainEvent, ValidationResult } from '../train/train.js';
import { createDirectoryStore } from './directory-store.js';
import type { JobOutcome } from './job.js';
import { type SummaryRow, summaryCells } from './summary.js';
import { describeUsage } from './usage.js';

export interface ReportInput {
  readonly source: string | SourceSpec;
  readonly outcomes: readonly JobOutcome[];
  readonly rows: readonly SummaryRow[];
}

const TRUTH_COLOUR = '#19c37d';
const PREDICTED_COLOUR = '#ff5a36';
const DRAWN_PEOPLE = 10;
/** Stands where there is no number. */
const NONE = '–';

/** Writes one self-contained page: comparison, curves, and predictions beside the truth. */
export async function writeReport(
  file: string,
  { source, outcomes, rows }: ReportInput,
): Promise<void> {
  const histories = await Promise.all(
    outcomes.map(async ({ phase }) => ({
      name: phase.name,
      events: await readEvents(phase.directory),
    })),
  );
  const dataset = await openDataset(source, { split: 'val' });
  const body = [
    `<p class="quiet">${escapeHtml(describeSource(source))}; ${dataset.samples.length} people in the validation split.</p>`,
    '<h2>Comparison</h2>',
    comparison(rows),
    `<p class="quiet">${explainScores(rows)} Time: one image, one thread, batch norm folded, without flip test.</p>`,
    ...outcomes.flatMap(choices),
    '<h2>Training</h2>',
    `<div class="row">${curves(histories).join('')}</div>`,
    ...histories.flatMap(usageLine),
    '<h2>Predictions</h2>',
    `<p>Green: the annotation. Orange: the prediction. People chosen evenly over the validation split.</p>`,
    await pictures(dataset, outcomes),
  ].join('\n');
  await createDirectoryStore(dirname(file)).write(
    basename(file),
    htmlPage('pose-distill report', body),
  );
}

function describeSource(source: string | SourceSpec): string {
  return typeof source === 'string' ? `Data: ${source}` : `Data: ${JSON.stringify(source)}`;
}

/** What the columns of scores are. */
function explainScores(rows: readonly SummaryRow[]): string {
  const has = (name: string): boolean => name in (rows[0]?.scores ?? {});
  return [
    'On the validation split with flip test, in percent: AP and AP50 by OKS; PCK@0.2, keypoints within a fifth of the torso (of the box, where the skeleton has no torso)',
    has('AP(E)') ? "; AP(E), AP(M), AP(H), CrowdPose's easy, medium and hard pictures" : '',
    has('PCKh@0.5') ? '; PCKh@0.5, keypoints within half a head, over people with a head box' : '',
    '.',
  ].join('');
}

function comparison(rows: readonly SummaryRow[]): string {
  const { head, body } = summaryCells(rows, NONE);
  return htmlTable(head, body);
}

/** What was scored in a phase that had a choice: what is deployed first, then the outputs that are not. */
function choices({ phase, result: { verdict } }: JobOutcome): string[] {
  if (!verdict || Object.keys(verdict.others).length === 0) return [];
  const { output, scores, others } = verdict;
  const names = Object.keys(scores);
  const row = (name: string, its: ValidationResult): string[] => [
    name,
    ...names.map((score) => its[score]?.toFixed(1) ?? NONE),
  ];
  return [
    `<h2>Outputs of ${escapeHtml(phase.name)}</h2>`,
    htmlTable(
      ['', ...names],
      [
        row(`${output} (deployed)`, scores),
        ...Object.entries(others).map(([name, its]) => row(name, its)),
      ],
    ),
    '<p class="quiet">Every output that the plan deploys or watches, after the last step. The model folder holds the deployed one and the parts of the network that it needs; the others were trained and left out.</p>',
  ];
}

interface History {
  readonly name: string;
  readonly events: readonly TrainEvent[];
}

async function readEvents(directory: string): Promise<TrainEvent[]> {
  const bytes = await createDirectoryStore(directory).read('events.jsonl');
  return new TextDecoder()
    .decode(bytes ?? new Uint8Array())
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as TrainEvent);
}

/** One chart for each loss term, and one for the accuracy when it was measured along the way. */
function curves(histories: readonly History[]): string[] {
  const termNames = new Set<string>();
  for (const { events } of histories)
    for (const event of events)
      if (event.type === 'loss') for (const name of Object.keys(event.terms)) termNames.add(name);
  const charts = [...termNames].map((term) =>
    lineChart({
      title: `Loss: ${term}`,
      xLabel: 'step',
      logarithmic: true,
      series: toSeries(histories, (event) =>
        event.type === 'loss' ? event.terms[term] : undefined,
      ),
    }),
  );
  const accuracy = toSeries(histories, (event) =>
    event.type === 'validation' ? (event.result['PCK@0.2'] ?? undefined) : undefined,
  );
  if (accuracy.some(({ points }) => points.length > 1))
    charts.unshift(
      lineChart({ title: 'PCK@0.2 on validation, %', xLabel: 'step', series: accuracy }),
    );
  return charts;
}

/** How many threads trained a phase and what they took. */
function usageLine({ name, events }: History): string[] {
  const start = events.findLast((event) => event.type === 'start');
  const end = events.findLast((event) => event.type === 'end');
  if (!start || !end?.usage) return [];
  const text = `${name}: ${start.workers} ${start.workers > 1 ? 'threads' : 'thread'}; ${describeUsage(end.usage)}.`;
  return [`<p class="quiet">${escapeHtml(text)}</p>`];
}

function toSeries(
  histories: readonly History[],
  value: (event: TrainEvent) => number | undefined,
): Series[] {
  return histories
    .map(({ name, events }, colour) => ({
      name,
      colour,
      points: events.flatMap((event): [number, number][] => {
        const y = value(event);
        return y === undefined ? [] : [[event.step, y]];
      }),
    }))
    .filter(({ points }) => points.length > 0);
}

/** A row for each person: the annotation, then every model's prediction. */
async function pictures(dataset: PoseDataset, outcomes: readonly JobOutcome[]): Promise<string> {
  const count = Math.min(DRAWN_PEOPLE, dataset.samples.length);
  const rows: string[] = [];
  for (let i = 0; i < count; i++) {
    const index = Math.floor((i * dataset.samples.length) / count);
    rows.push(await personRow(dataset, index, outcomes));
  }
  return rows.join('\n');
}

async function personRow(
  dataset: PoseDataset,
  index: number,
  outcomes: readonly JobOutcome[],
): Promise<string> {
  const sample = dataset.samples[index]!;
  const picture = await cutOut(dataset, sample);
  const { limbs } = dataset.skeleton;
  const place = (keypoints: ArrayLike<number>): number[] =>
    Array.from(keypoints, (value, i) => value - (i % 2 === 0 ? picture.left : picture.top));
  const truth: DrawnPose = {
    keypoints: place(sample.keypoints),
    limbs,
    colour: TRUTH_COLOUR,
    shown: sample.visibility,
  };
  const cells = [{ name: 'annotation', pose: truth }];
  for (const { phase, result } of outcomes) {
    const found = result.results?.[index];
    if (found)
      cells.push({
        name: phase.name,
        pose: { keypoints: place(points(found)), limbs, colour: PREDICTED_COLOUR },
      });
  }
  const scale = 170 / picture.width;
  const figures = cells.map(
    ({ name, pose }) =>
      `<figure>${posePicture(picture.href, picture, [pose], scale)}<figcaption>${escapeHtml(name)}</figcaption></figure>`,
  );
  return `<div class="row">${figures.join('')}</div>`;
}

function points({ keypoints }: CocoKeypointResult): number[] {
  return keypoints.filter((_, i) => i % 3 !== 2);
}

interface CutOut {
  readonly href: string;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The picture around a person as a data URL. */
async function cutOut(dataset: PoseDataset, sample: PoseSample): Promise<CutOut> {
  const { default: sharp } = await import('sharp');
  const image = await dataset.readImage(sample);
  const { x, y, width, height } = sample.box;
  const side = 1.25 * Math.max(width, height);
  const left = Math.max(0, Math.floor(x + width / 2 - side / 2));
  const top = Math.max(0, Math.floor(y + height / 2 - side / 2));
  const area = {
    left,
    top,
    width: Math.max(1, Math.min(image.width - left, Math.ceil(side))),
    height: Math.max(1, Math.min(image.height - top, Math.ceil(side))),
  };
  const raw = { width: image.width, height: image.height, channels: 3 as const };
  const jpeg = await sharp(image.data, { raw }).extract(area).jpeg({ quality: 85 }).toBuffer();
  return { ...area, href: `data:image/jpeg;base64,${jpeg.toString('base64')}` };
}
