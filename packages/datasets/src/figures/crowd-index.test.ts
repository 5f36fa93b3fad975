import { hasReferenceData, readReferenceJson, referencePath } from '@pose-distill/internal-testing';
import { describe, expect, it } from 'vitest';
import type { CocoKeypointFile } from '../types.js';
import { type CrowdMember, crowdIndex } from './crowd-index.js';

function member(x: number, width: number, keypoints: readonly number[], hidden = 0): CrowdMember {
  const visibility = keypoints.filter((_, i) => i % 2 === 0).map((_, k) => (k < hidden ? 0 : 2));
  return { box: { x, y: 0, width, height: 10 }, keypoints, visibility };
}

describe('crowdIndex', () => {
  it('is the mean share of the keypoints of others', () => {
    const a = member(0, 10, [1, 1, 5, 5]);
    const b = member(4, 10, [5, 4, 12, 5, 13, 5, 11, 9]);
    // One of b's four is in a's box, over a's two; one of a's two in b's box, over b's four.
    expect(crowdIndex([a, b])).toBe((1 / 2 + 1 / 4) / 2);
    expect(crowdIndex([b, a])).toBe((1 / 2 + 1 / 4) / 2);
  });

  it('counts the border of a box as inside', () => {
    expect(crowdIndex([member(0, 5, [1, 1]), member(5, 5, [5, 10])])).toBe(0.5);
    expect(crowdIndex([member(0, 5, [1, 1]), member(5, 5, [5.001, 10])])).toBe(0);
  });

  it('leaves out what is not labelled', () => {
    expect(crowdIndex([member(0, 10, [1, 1, 5, 5], 1), member(0, 10, [2, 2])])).toBe(1);
    expect(crowdIndex([member(0, 10, [1, 1], 1), member(0, 10, [2, 2, 3, 3])])).toBe(0);
    expect(crowdIndex([])).toBe(0);
  });
});

describe.skipIf(!hasReferenceData('crowdpose'))('CrowdPose’s own crowd indices', () => {
  it('are reproduced where the file’s annotations are those they were computed from', () => {
    const { images, annotations } = readReferenceJson(
      referencePath('crowdpose', 'crowdpose_val.json'),
    ) as CocoKeypointFile;
    const people = groupByImage(annotations);
    const off = images.map(({ id, crowdIndex: stated }) => {
      const members = (people.get(id) ?? []).map(({ bbox, keypoints }): CrowdMember => {
        const [x, y, width, height] = bbox;
        return {
          box: { x, y, width, height },
          keypoints: keypoints.filter((_, i) => i % 3 < 2),
          visibility: keypoints.filter((_, i) => i % 3 === 2),
        };
      });
      return Math.abs(crowdIndex(members) - stated!);
    });
    // Stated with two digits. For a quarter of the pictures the published file and its indices disagree.
    const agree = off.filter((difference) => difference <= 0.005 + 1e-9).length;
    expect(agree / images.length).toBeGreaterThan(0.7);
  });
});

function groupByImage(
  annotations: CocoKeypointFile['annotations'],
): Map<number, CocoKeypointFile['annotations'][number][]> {
  const groups = new Map<number, CocoKeypointFile['annotations'][number][]>();
  for (const annotation of annotations) {
    const group = groups.get(annotation.image_id);
    if (group) group.push(annotation);
    else groups.set(annotation.image_id, [annotation]);
  }
  return groups;
}
