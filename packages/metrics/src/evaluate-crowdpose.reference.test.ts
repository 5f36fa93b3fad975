import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  hasReferenceData,
  largestDifference,
  readReferenceJson,
  referencePath,
} from '@pose-distill/internal-testing';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../test/oks-cases.js';
import {
  type CocoKeypointFile,
  type CocoKeypointResult,
  type CrowdPoseRules,
  evaluateCrowdPose,
  referenceStats,
} from './index.js';

const TOLERANCE = 1e-12;
const RULES = ['crowdposetools', 'xtcocotools'] as const;
const STAT_NAMES = ['AP', 'AP50', 'AP75', 'AR', 'AR50', 'AR75', 'AP(E)', 'AP(M)', 'AP(H)'];

interface Answer {
  statNames?: string[];
  stats: number[];
  classUnrounded: number[];
  precisionSha256: string;
  recall: unknown[];
}

type Expected = Record<CrowdPoseRules, Answer> & {
  gt: string;
  dt: string;
  classSizes: number[];
};

type Files = readonly [CocoKeypointFile, CocoKeypointResult[]];

function checkAnswer(
  [truth, results]: Files,
  rules: CrowdPoseRules,
  answer: Answer,
  classSizes: number[],
): void {
  const evaluation = evaluateCrowdPose(truth, results, { rules });
  const stats = referenceStats(evaluation.stats);
  expect(Object.keys(evaluation.stats)).toEqual(STAT_NAMES);
  if (answer.statNames) expect(answer.statNames).toEqual(STAT_NAMES);
  expect(largestDifference(stats, answer.stats)).toBeLessThanOrEqual(TOLERANCE);
  const unrounded = referenceStats(evaluation.classUnrounded);
  expect(largestDifference(unrounded, answer.classUnrounded)).toBeLessThanOrEqual(TOLERANCE);
  expect(Object.values(evaluation.classImages)).toEqual(classSizes);
  expect([...evaluation.recall.data]).toEqual(answer.recall.flat(3 as number));
  expect(sha256(evaluation.precision.data)).toBe(answer.precisionSha256);
  const nulls = Object.entries(evaluation.stats).filter(([, value]) => value === null);
  expect(Object.keys(evaluation.reasons)).toEqual(nulls.map(([name]) => name));
}

function checkCase(folder: string): void {
  const expected = readReferenceJson<Expected>(join(folder, 'expected.json'));
  const read = <T>(path: string): T => readReferenceJson<T>(resolve(folder, path));
  const files: Files = [read(expected.gt), read(expected.dt)];
  for (const rules of RULES) checkAnswer(files, rules, expected[rules], expected.classSizes);
}

interface RulesCase extends Record<CrowdPoseRules, Answer & { classSizes: number[] }> {
  seed: number;
  gt: CocoKeypointFile;
  dt: CocoKeypointResult[];
}

describe('evaluateCrowdPose follows the rules of both where they differ', () => {
  const path = fileURLToPath(new URL('../test/golden/crowdpose-rules.json', import.meta.url));
  const cases = readReferenceJson<RulesCase[]>(path);
  it.each(cases)('$seed', (expected) => {
    for (const rules of RULES) {
      const { classSizes, ...answer } = expected[rules];
      checkAnswer([expected.gt, expected.dt], rules, answer, classSizes);
    }
  });

  it('in an empty list of results', () => {
    const [{ gt }] = cases as [RulesCase];
    const { stats } = evaluateCrowdPose(gt, [], { rules: 'xtcocotools' });
    expect([stats.AP, stats.AR]).toEqual([0, 0]);
    expect(() => evaluateCrowdPose(gt, [])).toThrow('expected at least one');
  });

  it('in people without iscrowd', () => {
    const [{ gt, dt }] = cases as [RulesCase];
    const file = { ...gt, annotations: gt.annotations.map(({ iscrowd: _, ...rest }) => rest) };
    expect(evaluateCrowdPose(file, dt, { rules: 'xtcocotools' }).stats.AP).not.toBeNull();
    expect(() => evaluateCrowdPose(file, dt)).toThrow('iscrowd');
  });

  it('and says what is missing', () => {
    const [{ gt, dt }] = cases as [RulesCase];
    const file = { ...gt, images: gt.images.map(({ id }) => ({ id })) };
    expect(() => evaluateCrowdPose(file, dt)).toThrow('images[0].crowdIndex');
    const rules = 'other' as CrowdPoseRules;
    expect(() => evaluateCrowdPose(gt, dt, { rules })).toThrow('options.rules');
  });
});

const folders = (root: string): string[] => (existsSync(root) ? readdirSync(root) : []);

const golden = fileURLToPath(new URL('../test/golden/crowdpose/', import.meta.url));
describe('evaluateCrowdPose equals both evaluators (cases kept here)', () => {
  it.each(folders(golden))('%s', (name) => checkCase(join(golden, name)));
});

const data = hasReferenceData('crowdpose', 'cases');
describe.skipIf(!data)('evaluateCrowdPose equals both evaluators (reference data)', () => {
  it.each(data ? folders(referencePath('crowdpose', 'cases')) : [''])('%s', (name) =>
    checkCase(referencePath('crowdpose', 'cases', name)));
});
