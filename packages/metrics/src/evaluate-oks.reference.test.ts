import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  hasReferenceData,
  largestDifference,
  readReferenceJson,
  referencePath,
} from '@pose-distill/internal-testing';
import { describe, expect, it } from 'vitest';
import { type OksCase, runOksCase, sha256 } from '../test/oks-cases.js';
import {
  type CocoKeypointFile,
  type CocoKeypointResult,
  evaluateOks,
  type OksParams,
  oksOptionsFromParams,
  referenceStats,
} from './index.js';

// pycocotools and this evaluation add in the same order; only exp may differ, in the last place.
const OKS_TOLERANCE = 1e-12;
const STATS_TOLERANCE = 1e-12;

const golden = fileURLToPath(new URL('../test/golden/oks/', import.meta.url));
const folders = (root: string): string[] =>
  readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

function checkCase({ evaluation, answer, precision, scores }: OksCase): void {
  const stats = answer.statNames.map((name) => evaluation.stats[name] ?? -1);
  expect(Object.keys(evaluation.stats)).toEqual(answer.statNames);
  expect(largestDifference(stats, answer.stats)).toBeLessThanOrEqual(STATS_TOLERANCE);
  expect([...evaluation.recall.data]).toEqual(answer.recall.flat(3));
  if (precision) expect(largestDifference(evaluation.precision.data, precision)).toBe(0);
  if (scores) expect(largestDifference(evaluation.scores.data, scores)).toBe(0);
  expect(sha256(evaluation.precision.data)).toBe(answer.precisionSha256);
  expect(sha256(evaluation.scores.data)).toBe(answer.scoresSha256);
  expect(sha256(evaluation.recall.data)).toBe(answer.recallSha256);
  checkMatches({ evaluation, answer });
  for (const { image_id, category_id, oks } of answer.oks ?? []) {
    const matrix = evaluation.oks(image_id, category_id);
    expect(largestDifference(matrix?.oks ?? [], oks.flat())).toBeLessThanOrEqual(OKS_TOLERANCE);
  }
}

function checkMatches({ evaluation, answer }: Pick<OksCase, 'evaluation' | 'answer'>): void {
  if (!answer.evalImgs) return;
  const matches = evaluation.matches().map((match) => ({
    image_id: match.imageId,
    category_id: match.categoryId,
    aRng: [match.areaRange.min, match.areaRange.max],
    dtIds: match.dtIds,
    gtIds: match.gtIds,
    dtMatches: [...match.dtMatches],
    gtMatches: [...match.gtMatches],
    dtIgnore: [...match.dtIgnore],
    gtIgnore: [...match.gtIgnore],
  }));
  const expected = answer.evalImgs
    .filter((image) => image !== null)
    .map((image) => ({
      image_id: image.image_id,
      category_id: image.category_id,
      aRng: image.aRng,
      dtIds: image.dtIds,
      gtIds: image.gtIds,
      dtMatches: image.dtMatches.flat(),
      gtMatches: image.gtMatches.flat(),
      dtIgnore: image.dtIgnore.flat(),
      gtIgnore: image.gtIgnore,
    }));
  expect(matches).toEqual(expected);
}

describe('evaluateOks equals pycocotools (cases kept here)', () => {
  it.each(folders(golden))('%s', (name) => checkCase(runOksCase(`${golden}${name}`)));
});

const data = hasReferenceData('oks');
describe.skipIf(!data)('evaluateOks equals pycocotools (reference data)', () => {
  it.each(data ? folders(referencePath('oks')) : [''])('%s', (name) =>
    checkCase(runOksCase(referencePath('oks', name))));
});

interface OptionsCase {
  seed: number;
  params: OksParams;
  gt: CocoKeypointFile;
  dt: CocoKeypointResult[];
  stats: number[];
  shape: number[];
  recall: number[];
  precisionSha256: string;
  recallSha256: string;
  scoresSha256: string;
  /** Tables flat, images without people and results left out. */
  evalImgs: unknown[];
}

describe('evaluateOks equals pycocotools under other parameters', () => {
  const cases = readReferenceJson<OptionsCase[]>(
    fileURLToPath(new URL('../test/golden/oks-options.json', import.meta.url)),
  );
  it.each(cases)('$seed: $params', (expected) => {
    const evaluation = evaluateOks(expected.gt, expected.dt, oksOptionsFromParams(expected.params));
    const stats = referenceStats(evaluation.stats);
    expect(Object.values(evaluation.stats).filter((value) => value === null)).toHaveLength(
      Object.keys(evaluation.reasons).length,
    );
    expect(largestDifference(stats, expected.stats)).toBeLessThanOrEqual(STATS_TOLERANCE);
    expect(evaluation.precision.shape).toEqual(expected.shape);
    expect([...evaluation.recall.data]).toEqual(expected.recall);
    expect(sha256(evaluation.precision.data)).toBe(expected.precisionSha256);
    expect(sha256(evaluation.scores.data)).toBe(expected.scoresSha256);
    expect(sha256(evaluation.recall.data)).toBe(expected.recallSha256);
    const matches = evaluation.matches().map((match) => ({
      image_id: match.imageId,
      category_id: match.categoryId,
      dtIds: match.dtIds,
      gtIds: match.gtIds,
      dtMatches: [...match.dtMatches],
      gtMatches: [...match.gtMatches],
      dtIgnore: [...match.dtIgnore],
      gtIgnore: [...match.gtIgnore],
    }));
    expect(matches).toEqual(expected.evalImgs);
  });
});
