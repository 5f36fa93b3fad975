import { hasReferenceData, readReferenceJson, referencePath } from '@pose-distill/internal-testing';
import { coco17, crowdpose14, defineSkeleton, type Skeleton } from '@pose-distill/skeletons';
import { describe, expect, it } from 'vitest';
import { parseCocoKeypoints } from '../coco/parse.js';
import type { PoseSample } from '../types.js';
import { examineSamples } from './examine.js';
import { describeDataset } from './statistics.js';

/** Facing the camera: the person's left is on the right of the picture. In units of a 100 x 200 box at (50, 50). */
const STANDING: Readonly<Record<string, readonly [number, number]>> = {
  nose: [0.5, 0.1],
  eye: [0.09, 0.06],
  ear: [0.12, 0.08],
  shoulder: [0.25, 0.25],
  elbow: [0.35, 0.4],
  wrist: [0.4, 0.55],
  hip: [0.18, 0.55],
  knee: [0.18, 0.75],
  ankle: [0.18, 0.95],
};

function standing(id = 1): PoseSample {
  const keypoints = new Float32Array(
    coco17.keypoints.flatMap((name) => {
      const [side, part] = name.split('_');
      const [x, y] = STANDING[part ?? name]!;
      const share = part ? 0.5 + (side === 'left' ? x : -x) : x;
      return [50 + 100 * share, 50 + 200 * y];
    }),
  );
  return {
    id,
    imageId: id,
    file: `${id}.jpg`,
    imageSize: { width: 400, height: 300 },
    keypoints,
    visibility: new Uint8Array(17).fill(2),
    box: { x: 50, y: 50, width: 100, height: 200 },
    area: 10_000,
  };
}

/** The person with the keypoints of the parts exchanged between left and right. */
function swapped(sample: PoseSample, parts: RegExp, skeleton: Skeleton = coco17): PoseSample {
  const [keypoints, visibility] = [sample.keypoints.slice(), sample.visibility.slice()];
  for (const [left, right] of skeleton.flipPairs) {
    if (!parts.test(skeleton.keypoints[left]!)) continue;
    visibility[left] = sample.visibility[right]!;
    visibility[right] = sample.visibility[left]!;
    for (const axis of [0, 1]) {
      keypoints[2 * left + axis] = sample.keypoints[2 * right + axis]!;
      keypoints[2 * right + axis] = sample.keypoints[2 * left + axis]!;
    }
  }
  return { ...sample, keypoints, visibility };
}

const found = (...samples: PoseSample[]): string[] =>
  examineSamples(samples, coco17).map(({ code, path }) => `${code} ${path}`);

describe('examineSamples', () => {
  it('has nothing to say about people who stand there', () => {
    expect(found(standing(1), standing(2))).toEqual([]);
  });

  it.each([
    ['legs', /hip|knee|ankle/],
    ['ears', /ear/],
    ['everything', /./],
  ])('suspects exchanged sides: %s', (_, parts) => {
    expect(found(standing(1), swapped(standing(2), parts))).toEqual([
      'SIDES_SWAPPED annotation 2 (2.jpg)',
    ]);
  });

  it('accepts a person seen from behind', () => {
    const behind = swapped(standing(), /./);
    for (const k of [0, 1, 2]) behind.visibility[k] = 0;
    expect(found(behind)).toEqual([]);
  });

  it('suspects a file in which all sides are exchanged, when nobody shows a face', () => {
    const people = Array.from({ length: 80 }, (_, i) => swapped(standing(i), /./));
    for (const { visibility } of people) visibility.fill(0, 0, 5);
    expect(found(...people)).toEqual(['SIDES_SWAPPED annotations']);
  });

  it('suspects keypoints in another order than the names', () => {
    const people = Array.from({ length: 40 }, (_, i) => {
      const sample = standing(i);
      const keypoints = sample.keypoints.map(
        (_, at) => sample.keypoints[2 * ((5 * (at >> 1) + 3) % 17) + (at % 2)]!,
      );
      return { ...sample, keypoints };
    });
    expect(found(...people)).toContain('ORDER_SUSPECTED annotations');
  });

  it('finds one person labelled twice, and not two people', () => {
    const twin = { ...standing(1), id: 9, keypoints: standing(1).keypoints.map((x) => x + 1) };
    const neighbour = { ...standing(1), id: 3, keypoints: twin.keypoints.map((x) => x + 20) };
    expect(found(standing(1), neighbour, twin)).toEqual(['DUPLICATE_PERSON annotation 9 (1.jpg)']);
  });

  it('finds what one person shows', () => {
    const far = standing(1);
    far.keypoints[0] = 390;
    const origin = { ...standing(2), box: { x: -10, y: -20, width: 160, height: 270 } };
    origin.keypoints.fill(0, 0, 2);
    const huge = { ...standing(3), area: 40_000 };
    const tiny = { ...standing(4), area: 10 };
    const outside = standing(5);
    const beside = { ...outside, imageSize: { width: 90, height: 300 } };
    expect(found(far, origin, huge, tiny, beside)).toEqual([
      'KEYPOINT_OUTSIDE_BOX annotation 1 (1.jpg)',
      'KEYPOINT_AT_ORIGIN annotation 2 (2.jpg)',
      'AREA_DISAGREES annotation 3 (3.jpg)',
      'AREA_DISAGREES annotation 4 (4.jpg)',
      'BOX_OUTSIDE_IMAGE annotation 5 (5.jpg)',
    ]);
  });

  it('tells of a skeleton without sides or sigmas', () => {
    const skeleton = defineSkeleton({
      name: 'snake',
      keypoints: ['snout', 'tail'],
      oksSigmas: [0.079, 0.5],
    });
    const messages = examineSamples([], skeleton).map(({ message }) => message);
    expect(messages).toHaveLength(3);
    expect(messages.join()).toMatch(/0\.2.*tail.*snout.*left and a right/s);
    expect(examineSamples([], crowdpose14)).toEqual([]);
  });
});

/** The share of people whose sides are suspected, as annotated and with their legs exchanged. */
function suspected(file: string): [number, number] {
  const json = readReferenceJson(referencePath(file));
  const { samples, skeleton } = parseCocoKeypoints(json, { onBadRecord: 'skip' });
  const share = (people: readonly PoseSample[]): number =>
    examineSamples(people, skeleton).filter(
      ({ code, sample }) => code === 'SIDES_SWAPPED' && sample,
    ).length / people.length;
  const legs = samples.map((sample) => swapped(sample, /hip|knee|ankle/, skeleton));
  return [share(samples), share(legs)];
}

describe.skipIf(!hasReferenceData('crowdpose'))('on photographs', () => {
  it.each([
    'coco/person_keypoints_val2017_538.json',
    'crowdpose/crowdpose_val.json',
  ])('suspects few people as annotated, and most with their legs exchanged: %s', (file) => {
    const [annotated, exchanged] = suspected(file);
    expect(annotated).toBeLessThan(0.003);
    expect(exchanged).toBeGreaterThan(0.6);
  });
});

describe('describeDataset', () => {
  it('counts', () => {
    const hidden = standing(1);
    hidden.visibility[0] = 1;
    const partly = { ...standing(2), imageId: 1, area: 1000 };
    partly.visibility.fill(0, 1);
    const person = { category_id: 1, area: 1, bbox: [0, 0, 1, 1] as const, keypoints: [] };
    const statistics = describeDataset({
      name: 'two',
      skeleton: coco17,
      samples: [hidden, partly],
      readImage: () => Promise.reject(new Error('no pictures')),
      groundTruth: () => ({
        images: [
          { id: 1, file_name: '1.jpg', width: 400, height: 300 },
          { id: 2, file_name: '2.jpg', width: 200, height: 100 },
        ],
        annotations: [
          { ...person, id: 1, image_id: 1, iscrowd: 0, num_keypoints: 17 },
          { ...person, id: 2, image_id: 1, iscrowd: 0, num_keypoints: 1 },
          { ...person, id: 3, image_id: 2, iscrowd: 1, num_keypoints: 0 },
          { ...person, id: 4, image_id: 2, iscrowd: 0, num_keypoints: 0 },
        ],
        categories: [],
      }),
    });
    expect(statistics).toMatchObject({
      skeleton: 'coco17',
      imageCount: 2,
      personCount: 4,
      crowdCount: 1,
      unlabelledCount: 1,
      sampleCount: 2,
      byArea: { small: 1, medium: 0, large: 1 },
      peoplePerImage: { least: 2, most: 2 },
      imageWidth: { least: 200, most: 400 },
      boxAspect: { median: 0.5 },
    });
    expect(statistics.keypoints[0]).toMatchObject({ name: 'nose', labelled: 2, hidden: 1 });
    expect(statistics.keypoints[0]!.meanPlace![0]).toBeCloseTo(0.5, 6);
    expect(statistics.keypoints[1]!.labelled).toBe(1);
    expect(statistics.labelledPerPerson[1]).toBe(1);
    expect(statistics.labelledPerPerson[17]).toBe(1);
  });
});
