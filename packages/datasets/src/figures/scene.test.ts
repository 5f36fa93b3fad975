import { createHash } from 'node:crypto';
import {
  coco17,
  crowdpose14,
  defineSkeleton,
  jhmdb15,
  lsp14,
  mpii16,
} from '@pose-distill/skeletons';
import { describe, expect, it } from 'vitest';
import { crowdIndex } from './crowd-index.js';
import { type RenderSceneOptions, renderScene, type Scene } from './scene.js';

const SMALL = { width: 128, height: 96 };

function hash({ image, people, crowdIndex: crowded }: Scene): string {
  const labels = people.flatMap(({ keypoints, visibility, box, area, shown }) => [
    ...keypoints,
    ...visibility,
    ...[box.x, box.y, box.width, box.height, area, shown],
  ]);
  return createHash('sha256')
    .update(image.data)
    .update(new Uint8Array(Float64Array.of(...labels, crowded).buffer))
    .digest('hex')
    .slice(0, 24);
}

function series(count: number, options: Partial<RenderSceneOptions>): Scene[] {
  return Array.from({ length: count }, (_, index) =>
    renderScene({ seed: 31, index, size: SMALL, ...options }),
  );
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('renderScene', () => {
  it.each<[RenderSceneOptions, string]>([
    [{ seed: 1, index: 0 }, '13249b6f17dc39e6d6278d21'],
    [
      { seed: 1, index: 1, people: 6, crowding: 0.9, skeleton: crowdpose14 },
      '915d63e0cec88a268218c0f0',
    ],
    [
      { seed: -7, index: 3, people: { from: 1, to: 4 }, skeleton: mpii16, truncation: 1 },
      '4cb1ec518d6f4b977abafaff',
    ],
    [
      { seed: 2, index: 9, people: 2, motionBlur: 0.1, size: { width: 201, height: 131 } },
      'e7e707759a8891caa76400e1',
    ],
  ])('draws %j to the last bit', (options, expected) => {
    expect(hash(renderScene(options))).toBe(expected);
  });

  it('draws a picture from its options alone', () => {
    const first = hash(renderScene({ seed: 3, index: 2 }));
    renderScene({ seed: 3, index: 5, people: 9, size: { width: 300, height: 111 } });
    expect(hash(renderScene({ seed: 3, index: 2 }))).toBe(first);
    expect(hash(renderScene({ seed: 4, index: 2 }))).not.toBe(first);
  });

  it('labels every skeleton in the same picture', () => {
    const skeletons = [coco17, mpii16, crowdpose14, lsp14, jhmdb15];
    const scenes = skeletons.map((skeleton) => renderScene({ seed: 8, index: 1, skeleton }));
    const pixels = scenes.map(({ image }) => createHash('sha256').update(image.data).digest('hex'));
    expect(new Set(pixels).size).toBe(1);
    const place = (s: number, person: number, name: string): number[] => {
      const k = skeletons[s]!.keypoints.indexOf(name);
      const { keypoints, visibility } = scenes[s]!.people[person]!;
      return [keypoints[2 * k]!, keypoints[2 * k + 1]!, visibility[k]!];
    };
    for (let person = 0; person < 3; person++) {
      for (const name of ['left_elbow', 'right_wrist', 'right_hip', 'left_ankle']) {
        for (const s of [1, 2, 3, 4])
          expect(place(s, person, name)).toEqual(place(0, person, name));
      }
      const middle = [0, 1].map(
        (i) => (place(1, person, 'left_hip')[i]! + place(1, person, 'right_hip')[i]!) / 2,
      );
      // Half-way in space is nearly half-way in the picture.
      expect(Math.abs(place(1, person, 'pelvis')[0]! - middle[0]!)).toBeLessThan(1);
      expect(Math.abs(place(1, person, 'pelvis')[1]! - middle[1]!)).toBeLessThan(1);
      expect(place(2, person, 'head')).toEqual(place(1, person, 'head_top'));
      expect(place(3, person, 'head_top')).toEqual(place(1, person, 'head_top'));
      expect(place(3, person, 'neck')).toEqual(place(1, person, 'upper_neck'));
    }
  });

  it('gives sane labels', () => {
    for (const { image, people, crowdIndex: crowded } of series(40, {
      people: { from: 1, to: 7 },
      crowding: 0.6,
    })) {
      expect(image.data.length).toBe(SMALL.width * SMALL.height * 3);
      expect(crowded).toBe(crowdIndex(people));
      let shownPixels = 0;
      for (const { keypoints, visibility, box, area, shown } of people) {
        shownPixels += area;
        expect(box.x).toBeGreaterThanOrEqual(0);
        expect(box.y).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width).toBeLessThanOrEqual(SMALL.width - 0.5);
        expect(box.y + box.height).toBeLessThanOrEqual(SMALL.height - 0.5);
        expect(area).toBeLessThanOrEqual((box.width + 1) * (box.height + 1));
        expect(shown).toBeGreaterThanOrEqual(0);
        expect(shown).toBeLessThanOrEqual(1);
        for (let k = 0; k < 17; k++) {
          const [x, y] = [keypoints[2 * k]!, keypoints[2 * k + 1]!];
          const inside = x >= -0.5 && y >= -0.5 && x < SMALL.width - 0.5 && y < SMALL.height - 0.5;
          expect(visibility[k]! > 0).toBe(inside);
          if (visibility[k] !== 2) continue;
          expect(shown).toBeGreaterThan(0);
          expect(x).toBeGreaterThanOrEqual(box.x - 1);
          expect(x).toBeLessThanOrEqual(box.x + box.width + 1);
          expect(y).toBeGreaterThanOrEqual(box.y - 1);
          expect(y).toBeLessThanOrEqual(box.y + box.height + 1);
        }
      }
      // A pixel shows one person.
      expect(shownPixels).toBeLessThanOrEqual(SMALL.width * SMALL.height);
    }
  });

  it('has whole people apart without crowding and truncation', () => {
    for (const { people, crowdIndex: crowded } of series(25, {
      people: 3,
      crowding: 0,
      truncation: 0,
      occluders: 0,
    })) {
      expect(people).toHaveLength(3);
      for (const { visibility, shown } of people) {
        expect([...visibility].every((v) => v > 0)).toBe(true);
        expect(shown).toBeGreaterThan(0.6);
      }
      expect(crowded).toBeLessThan(0.5);
    }
  });

  it('crowds more the more it is asked to, and hardly ever hides anybody', () => {
    const crowded = [0, 0.5, 1].map((crowding) => series(25, { people: 8, crowding }));
    const [apart, some, heap] = crowded.map((scenes) =>
      mean(scenes.map((scene) => scene.crowdIndex)),
    ) as [number, number, number];
    expect(apart).toBeLessThan(0.25);
    expect(some).toBeGreaterThan(apart + 0.1);
    expect(heap).toBeGreaterThan(some + 0.2);
    const shown = crowded.flat().flatMap(({ people }) => people.map((person) => person.shown));
    expect(shown.filter((share) => share < 0.05).length / shown.length).toBeLessThan(0.01);
  });

  it('cuts people off in the share of pictures it is asked to', () => {
    const cut = (truncation: number): number =>
      mean(
        series(40, { truncation, occluders: 0 }).map(({ people }) =>
          Number(people.some(({ visibility }) => visibility.includes(0))),
        ),
      );
    expect(cut(0)).toBe(0);
    expect(cut(1)).toBeGreaterThan(0.8);
    for (const { people } of series(25, { truncation: 1 })) {
      for (const { box } of people) expect(box.width).toBeGreaterThan(0);
    }
  });

  it('blurs motion and leaves the labels', () => {
    const options = { people: 4, occluders: 0 };
    const still = series(6, options);
    const moved = series(6, { ...options, motionBlur: 0.2 });
    const sharpness = ({ image: { data, width } }: Scene): number => {
      let sum = 0;
      for (let i = 3; i < data.length; i++)
        if (i % (3 * width) > 2) sum += Math.abs(data[i]! - data[i - 3]!);
      return sum;
    };
    still.forEach((scene, i) => {
      expect(moved[i]!.people).toEqual(scene.people);
      expect(sharpness(moved[i]!)).toBeLessThanOrEqual(sharpness(scene) * 1.01);
    });
    expect(
      moved.filter((scene, i) => sharpness(scene) < 0.97 * sharpness(still[i]!)).length,
    ).toBeGreaterThan(3);
  });

  it.each<Partial<RenderSceneOptions>>([
    { people: 0 },
    { people: 101 },
    { people: { from: 0, to: 2 } },
    { people: { from: 4, to: 3 } },
    { crowding: 2 },
    { truncation: Number.NaN },
    { motionBlur: -1 },
    { occluders: 1.1 },
    { index: 0.5 },
    { size: { width: 5000, height: 10 } },
  ])('refuses %j', (change) => {
    expect(() => renderScene({ seed: 0, index: 0, ...change })).toThrow(
      expect.objectContaining({ code: 'OUT_OF_RANGE' }),
    );
  });

  it('labels any skeleton of its keypoints, however spelled, and refuses others', () => {
    const few = { name: 'few', keypoints: ['Head', 'wrist-l', 'rightWrist'], oksSigmas: [1, 1, 1] };
    const scene = renderScene({ seed: 8, index: 1, skeleton: defineSkeleton(few) });
    const whole = renderScene({ seed: 8, index: 1, skeleton: mpii16 });
    scene.people.forEach(({ keypoints }, i) => {
      const all = whole.people[i]!.keypoints;
      const expected = ['head_top', 'left_wrist', 'right_wrist'].flatMap((name) => {
        const k = mpii16.keypoints.indexOf(name);
        return [all[2 * k]!, all[2 * k + 1]!];
      });
      expect([...keypoints]).toEqual(expected);
    });
    const strange = { name: 'cat', keypoints: ['nose', 'tail'], oksSigmas: [1, 1] };
    expect(() => renderScene({ seed: 8, index: 1, skeleton: defineSkeleton(strange) })).toThrow(
      expect.objectContaining({
        code: 'BAD_SKELETON',
        details: expect.objectContaining({ strange: ['tail'] }),
      }),
    );
  });
});
