import { coco17 } from '@pose-distill/skeletons';
import { describe, expect, it } from 'vitest';
import { analyseOks } from '../analysis/index.js';
import type { CocoKeypointFile, CocoKeypointResult } from '../coco.js';
import { oksReport } from './oks-report.js';

const pose = (left: number, third: number, jump = 0): number[] =>
  coco17.keypoints.flatMap((_, k) => [left + 12 * (k % 5) + (k < 4 ? jump : 0), 14 * k, third]);

function scene(keypoints: readonly string[] = coco17.keypoints): {
  groundTruth: CocoKeypointFile;
  results: CocoKeypointResult[];
} {
  const person = { image_id: 1, category_id: 1, iscrowd: 0, num_keypoints: 17, area: 7000 };
  const result = { image_id: 1, category_id: 1 };
  return {
    groundTruth: {
      images: [{ id: 1 }],
      categories: [{ id: 1, name: 'person', keypoints }],
      annotations: [
        { ...person, id: 1, bbox: [10, 0, 60, 240], keypoints: pose(10, 2) },
        { ...person, id: 2, bbox: [400, 0, 60, 240], keypoints: pose(400, 2) },
        { ...person, id: 3, bbox: [900, 0, 60, 240], keypoints: pose(900, 2) },
      ],
    },
    results: [
      { ...result, score: 0.9, keypoints: pose(12, 1) },
      { ...result, score: 0.8, keypoints: pose(401, 1, 30) },
      { ...result, score: 0.7, keypoints: pose(5000, 1) },
    ],
  };
}

const draw = (
  { groundTruth, results }: ReturnType<typeof scene>,
  more: Partial<Parameters<typeof oksReport>[0]> = {},
): string =>
  oksReport({ groundTruth, results, analysis: analyseOks(groundTruth, results), ...more });

/** Tags that are opened and not closed, or closed and not opened. */
function unbalanced(html: string): string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  const single = new Set(['meta', 'br', '!doctype', 'rect', 'line', 'circle', 'polyline']);
  for (const [, slash, name] of html.matchAll(/<(\/?)([!a-z0-9]+)[^>]*>/g)) {
    if (single.has(name!)) continue;
    if (!slash) open.push(name!);
    else if (open.pop() !== name) wrong.push(name!);
  }
  return [...wrong, ...open];
}

describe('a report', () => {
  it('is well formed, with every section and person', () => {
    const html = draw(scene(), { notes: ['gt.json, dt.json'] });
    expect(unbalanced(html)).toEqual([]);
    for (const text of ['Where the AP goes', 'Precision and recall', 'Missed people', 'Misses'])
      expect(html).toContain(text);
    expect(html).toContain('3 counted people, 1 of them without a result');
    expect(html).toContain('gt.json, dt.json');
    expect(html).toContain('left shoulder');
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('needs no script and fetches nothing', () => {
    const html = draw(scene());
    expect(html).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|https?:|\son[a-z]+=/i);
  });

  it('escapes what comes from files', () => {
    const evil = '<script>alert("1")</script>';
    const names = coco17.keypoints.map((name, k) => (k === 3 ? evil : name));
    const html = draw(scene(names), {
      title: evil,
      notes: [evil],
      stats: { [evil]: null, AP: 0.5 },
      reasons: { [evil]: evil },
    });
    expect(html).not.toContain('<script');
    expect(html).toContain('&lt;script&gt;');
    expect(unbalanced(html)).toEqual([]);
  });

  it('says that there is no data', () => {
    const { groundTruth, results } = scene();
    const nobody = {
      ...groundTruth,
      annotations: groundTruth.annotations.map((item) => ({ ...item, num_keypoints: 0 })),
    };
    const html = draw({ groundTruth: nobody, results });
    expect(html).toContain('no data');
    expect(html).toContain('No data: nobody is counted.');
    expect(html).not.toMatch(/NaN|undefined|Infinity|-100\.0/);
    expect(unbalanced(html)).toEqual([]);
  });

  it('draws the standing figure where names are known, else people as they are on average', () => {
    const wanted = 'Keypoints by how often they are not good';
    expect(draw(scene())).toContain(wanted);
    expect(draw(scene(coco17.keypoints.map((_, k) => `part ${k}`)))).toContain(wanted);
    const { groundTruth, results } = scene(coco17.keypoints.map((_, k) => `part ${k}`));
    const partly = {
      ...groundTruth,
      annotations: groundTruth.annotations.map((item) => ({
        ...item,
        keypoints: item.keypoints!.map((value, i) => (i === 2 ? 0 : value)),
      })),
    };
    expect(draw({ groundTruth: partly, results })).not.toContain(wanted);
  });

  it('takes other headline numbers', () => {
    const html = draw(scene(), { stats: { 'AP(E)': 0.3088 }, title: 'CrowdPose' });
    expect(html).toContain('<b>30.9</b><span>AP(E)</span>');
    expect(html).toContain('<title>CrowdPose</title>');
  });
});
