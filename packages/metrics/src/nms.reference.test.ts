import { readFileSync } from 'node:fs';
import { hasReferenceData, readReferenceJson, referencePath } from '@pose-distill/internal-testing';
import { describe, expect, it } from 'vitest';
import { oksNms, softOksNms } from './nms.js';
import { boxNms } from './nms-box.js';
import { nearbyJointsNms } from './nms-nearby.js';
import { type NmsPose, poseOverlaps } from './nms-overlap.js';

interface Case {
  params: {
    thr: number;
    visThr?: number;
    maxDets?: number;
    sigmas?: number[];
    distThr?: number;
    near?: number;
  };
  results: { keypoints: number[][]; score: number; area: number }[];
  expected: Record<
    'hrnet' | 'mmpose',
    { oksNms: number[]; softOksNms: number[]; oks?: number[][]; nearbyJointsNms?: number[] }
  >;
}

const read = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../test/golden/${name}`, import.meta.url), 'utf8')) as T;
// The whole file where it is at hand: it has the similarities of all poses.
const whole = hasReferenceData('oks/nms.json') && referencePath('oks/nms.json');

describe('equal to HRNet and mmpose', () => {
  const { cases } = whole
    ? readReferenceJson<{ cases: Case[] }>(whole)
    : read<{ cases: Case[] }>('nms.json');
  it.each(cases.map((one, i) => [i, one] as const))('poses, case %d', (_, one) => {
    const poses: NmsPose[] = one.results.map((r) => ({ ...r, keypoints: r.keypoints.flat() }));
    const { thr, visThr, sigmas, maxDets, distThr, near } = one.params;
    for (const rules of ['hrnet', 'mmpose'] as const) {
      const right = one.expected[rules];
      const options = {
        rules,
        threshold: thr,
        ...(visThr !== undefined && { visibilityThreshold: visThr }),
        ...(sigmas && { oksSigmas: sigmas }),
      };
      expect(oksNms(poses, options)).toEqual(right.oksNms);
      const maxDetections = rules === 'mmpose' ? { maxDetections: maxDets ?? 20 } : {};
      expect(softOksNms(poses, { ...options, ...maxDetections })).toEqual(right.softOksNms);
      if (!right.oks) continue;
      const found = poseOverlaps(poses, options);
      const largest = Math.max(...right.oks.flat().map((v, i) => Math.abs(v - found[i]!)));
      expect(largest).toBeLessThan(rules === 'hrnet' ? 1e-12 : 1e-6);
    }
    const nearby = {
      ...(distThr !== undefined && { distanceThreshold: distThr }),
      ...(near !== undefined && { nearbyThreshold: near }),
      maxDetections: maxDets ?? 20,
    };
    expect(nearbyJointsNms(poses, nearby)).toEqual(one.expected.mmpose.nearbyJointsNms);
  });

  const boxes = read<{ cases: { thr: number; boxes: number[][]; keep: number[] }[] }>(
    'nms-box.json',
  );
  it.each(boxes.cases.map((one, i) => [i, one] as const))('boxes, case %d', (_, one) => {
    expect(boxNms(one.boxes.flat(), one.thr)).toEqual(one.keep);
  });
});
