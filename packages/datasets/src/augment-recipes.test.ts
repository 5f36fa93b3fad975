import { readFileSync } from 'node:fs';
import {
  type Affine,
  composeAffine,
  flipAffine,
  transformPoints,
} from '@pose-distill/heatmap-decode';
import { largestDifference } from '@pose-distill/internal-testing';
import { coco17 } from '@pose-distill/skeletons';
import { describe, expect, it } from 'vitest';
import {
  type Augmentation,
  type AugmentOptions,
  type AugmentRecipe,
  augmentOptions,
  drawAugmentation,
  sampleRandom,
} from './augment.js';
import { cropAffine, makeSample } from './sample.js';
import type { PoseSample } from './types.js';

const DRAWS = 20000;
const draws = (augment: AugmentOptions | AugmentRecipe): Augmentation[] =>
  Array.from({ length: DRAWS }, (_, i) => drawAugmentation(sampleRandom(23, 1, i), augment));
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const square = (values: readonly number[]): number => mean(values.map((value) => value * value));
/** Five standard deviations of a share, and of a mean of values within -1..1 or of their squares. */
const FIVE = 5 / Math.sqrt(DRAWS);
const NEAR_HALF = FIVE / 2;

/** Second moments of a standard normal clipped to -1..1 and to -2..2, and truncated to -1..1. */
const CLIPPED_1 = 0.516058;
const CLIPPED_2 = 0.920537;
const TRUNCATED_1 = 0.291125;

describe('recipes', () => {
  it.each([
    ['hrnet', 0.35, 45, CLIPPED_1, CLIPPED_2],
    ['hrnet-mpii', 0.25, 30, CLIPPED_1, CLIPPED_2],
    ['mmpose', 0.5, 80, TRUNCATED_1, TRUNCATED_1],
  ] as const)('%s draws scale and rotation', (recipe, scale, rotation, ofScale, ofRotation) => {
    const all = draws(recipe);
    const sizes = all.map((drawn) => (drawn.scale - 1) / scale);
    expect(Math.abs(mean(sizes))).toBeLessThan(FIVE);
    expect(Math.abs(square(sizes) - ofScale)).toBeLessThan(FIVE);
    expect(Math.max(...sizes.map(Math.abs))).toBeLessThanOrEqual(1 + 1e-12);
    const turned = all.map((drawn) => drawn.rotation / rotation).filter((angle) => angle !== 0);
    expect(Math.abs(turned.length / DRAWS - 0.6)).toBeLessThan(NEAR_HALF);
    expect(Math.abs(mean(turned))).toBeLessThan(2 * FIVE);
    expect(Math.abs(square(turned) - ofRotation)).toBeLessThan(3 * FIVE);
    const limit = recipe === 'mmpose' ? 1 : 2;
    expect(Math.max(...turned.map(Math.abs))).toBeLessThanOrEqual(limit);
    const piled = turned.filter((angle) => Math.abs(angle) === limit).length / turned.length;
    expect(Math.abs(piled - (recipe === 'mmpose' ? 0 : 0.0455))).toBeLessThan(FIVE / 2);
  });

  it.each([
    ['hrnet', 0.3, 0.69146],
    ['hrnet-mpii', 0, 0],
    ['mmpose', 0.3, 0.7],
  ] as const)('%s flips and cuts people in half', (recipe, probability, upper) => {
    const all = draws(recipe);
    const share = (test: (drawn: Augmentation) => boolean) => all.filter(test).length / DRAWS;
    expect(Math.abs(share(({ flipped }) => flipped) - 0.5)).toBeLessThan(NEAR_HALF);
    expect(Math.abs(share((d) => d.halfBody !== undefined) - probability)).toBeLessThan(NEAR_HALF);
    const above = share(({ halfBody }) => halfBody === 'upper');
    expect(Math.abs(above - probability * upper)).toBeLessThan(NEAR_HALF);
    for (const { mirror, colour } of all) expect([mirror, colour]).toEqual(['picture', undefined]);
  });

  it('mmpose moves the crop, on both axes at once and apart', () => {
    const all = draws('mmpose').map(({ shift }) => [shift.x / 0.16, shift.y / 0.16] as const);
    const moved = all.filter(([x, y]) => x !== 0 || y !== 0);
    expect(Math.abs(moved.length / DRAWS - 0.3)).toBeLessThan(NEAR_HALF);
    for (const axis of [0, 1] as const) {
      const values = moved.map((shift) => shift[axis]);
      expect(Math.abs(square(values) - TRUNCATED_1)).toBeLessThan(2 * FIVE);
    }
    expect(Math.abs(mean(moved.map(([x, y]) => x * y)))).toBeLessThan(2 * FIVE);
    expect(draws('hrnet').every(({ shift }) => shift.x === 0 && shift.y === 0)).toBe(true);
  });

  it('takes single values from the options, the rest from the recipe', () => {
    expect(augmentOptions({ recipe: 'hrnet', scale: 0.1, halfBody: 0.5, colour: {} })).toEqual({
      ...augmentOptions('hrnet'),
      scale: 0.1,
      halfBody: { probability: 0.5, preferUpper: 0.6914624612740131, leastUpper: 3 },
      colour: {},
    });
    expect(augmentOptions({ scale: 0.1 })).toEqual({ scale: 0.1 });
    const plain = drawAugmentation(sampleRandom(1, 2, 3), { recipe: 'hrnet', halfBody: 0 });
    const whole = drawAugmentation(sampleRandom(1, 2, 3), 'hrnet');
    expect({ ...plain, halfBody: whole.halfBody }).toEqual(whole);
  });

  it('refuses a recipe that does not exist', () => {
    for (const name of ['vitpose', 'toString'] as unknown as AugmentRecipe[]) {
      expect(() => drawAugmentation(sampleRandom(0, 0, 0), name)).toThrow(
        /expected one of hrnet, hrnet-mpii, mmpose or options/,
      );
    }
  });
});

const inputSize = { width: 192, height: 256 };
const sample: PoseSample = {
  id: 1,
  imageId: 1,
  file: 'a.png',
  imageSize: { width: 640, height: 480 },
  keypoints: Float32Array.from({ length: 34 }, (_, i) => 100 + ((i * 37) % 211)),
  visibility: Uint8Array.from({ length: 17 }, (_, k) => (k === 3 ? 0 : 2)),
  box: { x: 90, y: 60, width: 180, height: 300 },
  area: 20000,
};

/**
 * HRNet's map by its construction: the crop's centre, a point half a crop above it in the turned frame, and the corner
 * of the right angle go to the input's centre, a point half an input's width above it, and its corner.
 */
function threePoints(
  centre: { x: number; y: number },
  width: number,
  degrees: number,
  out: typeof inputSize,
): Affine {
  const angle = (degrees * Math.PI) / 180;
  const up = { x: (Math.sin(angle) * width) / 2, y: (-Math.cos(angle) * width) / 2 };
  const corner = { x: up.y, y: -up.x }; // a quarter turn of it
  const [ox, oy, half] = [out.width / 2, out.height / 2, out.width / 2];
  // up goes to (0, -half), corner to (-half, 0): columns of the linear part by Cramer's rule.
  const determinant = up.x * corner.y - up.y * corner.x;
  const a = (half * up.y) / determinant;
  const b = (-half * up.x) / determinant;
  const d = (-half * corner.y) / determinant;
  const e = (half * corner.x) / determinant;
  return [a, b, ox - a * centre.x - b * centre.y, d, e, oy - d * centre.x - e * centre.y];
}

describe('geometry of the recipes', () => {
  it.each([
    'hrnet',
    'mmpose',
  ] as const)('%s: half body, shift, scale, rotation, flip of the picture', (recipe) => {
    const seen = new Set<string>();
    for (let i = 0; i < 400; i++) {
      const drawn = drawAugmentation(sampleRandom(5, 0, i), recipe);
      seen.add(`${drawn.flipped} ${drawn.halfBody} ${drawn.rotation !== 0}`);
      // The references' way: turn the picture round first, then work in it.
      const points: [number, number][] = [];
      for (let k = 0; k < 17; k++) {
        const [x, y] = [sample.keypoints[2 * k]!, sample.keypoints[2 * k + 1]!];
        const inHalf = drawn.halfBody === undefined || k > 10 === (drawn.halfBody === 'lower');
        if (sample.visibility[k] !== 0 && inHalf) points.push([drawn.flipped ? 639 - x : x, y]);
      }
      const boxX = drawn.flipped ? 639 - 180 : 180;
      let centre = { x: boxX, y: 210 };
      let [width, height] = [180 * 1.25, 300 * 1.25];
      if (drawn.halfBody) {
        const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
        centre = { x: mean(xs), y: mean(ys) };
        width = 1.5 * (Math.max(...xs) - Math.min(...xs));
        height = 1.5 * (Math.max(...ys) - Math.min(...ys));
      }
      centre = { x: centre.x + drawn.shift.x * width, y: centre.y + drawn.shift.y * height };
      const side = Math.max(width, height * 0.75) * drawn.scale;
      const turned = threePoints(centre, side, drawn.rotation, inputSize);
      const expected = drawn.flipped ? composeAffine(flipAffine(640), turned) : turned;
      const got = cropAffine(sample, { inputSize, augment: recipe, skeleton: coco17 }, drawn);
      const corners = Float64Array.of(0, 0, 640, 0, 0, 480, 640, 480);
      const [here, there] = [transformPoints(corners, got), transformPoints(corners, expected)];
      here.forEach((value, n) => {
        expect(value).toBeCloseTo(there[n]!, 8);
      });
    }
    expect(seen.size).toBe(12);
  });

  it("is what OpenCV makes of the references' points", () => {
    const file = new URL('../test/golden/augmentation/crops.json', import.meta.url);
    const { imageSize, inputSize: small, cases } = JSON.parse(readFileSync(file, 'utf8'));
    const seen = new Set<string>();
    for (const { recipe, drawn, box, keypoints, visibility, affine } of cases) {
      seen.add(`${recipe} ${drawn.flipped} ${drawn.halfBody}`);
      const person = {
        ...sample,
        imageSize,
        box,
        keypoints: Float32Array.from(keypoints),
        visibility: Uint8Array.from(visibility),
      };
      const got = cropAffine(
        person,
        { inputSize: small, augment: recipe, skeleton: coco17 },
        drawn,
      );
      const { width, height } = imageSize;
      const corners = Float64Array.of(0, 0, width, 0, 0, height, width, height);
      const wanted = transformPoints(corners, affine);
      // The reference's points are float32.
      expect(largestDifference(transformPoints(corners, got), wanted)).toBeLessThan(2e-4);
    }
    expect(cases).toHaveLength(24);
    expect(seen.size).toBe(6);
  });

  it('keeps keypoints on the pixels they were painted on', () => {
    const { width, height } = sample.imageSize;
    // Each of three keypoints has a soft dot of its own colour; crops that show one whole are measured.
    const shown = [5, 11, 16];
    const data = new Uint8Array(width * height * 3);
    shown.forEach((k, channel) => {
      const [cx, cy] = [sample.keypoints[2 * k]!, sample.keypoints[2 * k + 1]!];
      for (let y = cy - 20; y <= cy + 20; y++) {
        for (let x = cx - 20; x <= cx + 20; x++) {
          const value = 255 * Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 32);
          data[(y * width + x) * 3 + channel] = Math.round(value);
        }
      }
    });
    let measured = 0;
    for (const augment of ['hrnet', 'mmpose', { halfBody: 1 }] as const) {
      for (let i = 0; i < 25; i++) {
        const { pixels, keypoints, flipped } = makeSample({ data, width, height }, sample, {
          skeleton: coco17,
          inputSize,
          augment,
          random: sampleRandom(3, 0, i),
          mean: [0, 0, 0],
          deviation: [1, 1, 1],
        });
        shown.forEach((k, channel) => {
          const there = flipped ? (k % 2 === 1 ? k + 1 : k - 1) : k;
          const [x, y] = [keypoints[2 * there]!, keypoints[2 * there + 1]!];
          const margin = 40;
          if (!(x > margin && y > margin && x < 191 - margin && y < 255 - margin)) return;
          let [sum, sumX, sumY] = [0, 0, 0];
          for (let n = 0; n < 192 * 256; n++) {
            const value = pixels[3 * n + channel]!;
            sum += value;
            sumX += value * (n % 192);
            sumY += value * Math.floor(n / 192);
          }
          measured++;
          expect(Math.abs(sumX / sum - x)).toBeLessThan(0.1);
          expect(Math.abs(sumY / sum - y)).toBeLessThan(0.1);
        });
      }
    }
    expect(measured).toBeGreaterThan(50);
  });
});
