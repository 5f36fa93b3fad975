import { readFileSync } from 'node:fs';
import { coco17 } from '@pose-distill/skeletons';
import { describe, expect, it } from 'vitest';
import type { CocoKeypointFile, CocoKeypointResult } from '../coco.js';
import { analyseOks } from './index.js';

interface Answer {
  /** Annotation id, place of the result, first letters of the outcomes, - where not labelled. */
  paper: [number, number, string][];
  reference: [number, number, string][];
  /** AP, AP50, AP75, AR of 1-5, 6-10, 11-15, 16-17 keypoints; -1 for no data. */
  byKeypointCount: number[][];
  /** AP with misses, swaps, inversions, jitter and the rest put right. */
  alone: number[];
  cumulative: number[];
}

const golden = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../test/golden/${name}`, import.meta.url), 'utf8'));
const answers: Record<string, Answer> = golden('oks-analysis.json');

// pycocotools sums in the same order; exp may differ in the last place.
const DIGITS = 12;

describe.each(Object.keys(answers))('%s, beside pycocotools', (name) => {
  const groundTruth: CocoKeypointFile = golden(`oks/${name}/gt.json`);
  const results: CocoKeypointResult[] = golden(`oks/${name}/dt.json`);
  const answer = answers[name]!;
  const analyse = (variant: 'paper' | 'reference') =>
    analyseOks(groundTruth, results, { variant, skeleton: coco17 });

  it.each(['paper', 'reference'] as const)('outcomes by %s', (variant) => {
    const rows = analyse(variant).people.flatMap(({ annotation, result, outcomes }) =>
      result === null
        ? []
        : [
            [
              groundTruth.annotations[annotation]!.id,
              result,
              outcomes.map((outcome) => outcome?.[0] ?? '-').join(''),
            ],
          ],
    );
    const byId = (a: (number | string)[], b: (number | string)[]) => Number(a[0]) - Number(b[0]);
    expect(rows.sort(byId)).toEqual(answer[variant].sort(byId));
  });

  it('AP by number of keypoints and by correction', () => {
    const { byKeypointCount, corrections } = analyse('paper');
    byKeypointCount.forEach(({ AP, AP50, AP75, AR }, i) => {
      [AP, AP50, AP75, AR].forEach((value, j) => {
        expect(value ?? -1).toBeCloseTo(answer.byKeypointCount[i]![j]!, DIGITS);
      });
    });
    corrections.slice(0, 5).forEach(({ alone, cumulative }, i) => {
      expect(alone).toBeCloseTo(answer.alone[i]!, DIGITS);
      expect(cumulative).toBeCloseTo(answer.cumulative[i]!, DIGITS);
    });
  });
});
