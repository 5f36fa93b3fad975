import { readReferenceJson } from '@pose-distill/internal-testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { caseFolder } from '../test/cases.js';
import {
  type Affine,
  cleanBox,
  composeAffine,
  cropFromBox,
  cropTransform,
  DecodeError,
  fixAspect,
  flipAffine,
  heatmapToImage,
  heatmapToInput,
  inputToHeatmap,
  inputToImage,
  invertAffine,
  transformPoints,
} from './index.js';

const INPUT = { width: 192, height: 256 };
const CROP = cropFromBox({ x: 100, y: 50, width: 80, height: 200 }, INPUT);

/** Largest distance between where two maps send the corners of a square, in pixels of the target. */
function furthest(actual: Affine, expected: readonly number[][], points: number[]): number {
  const other = expected.flat() as unknown as Affine;
  const a = transformPoints(Float64Array.from(points), actual);
  const b = transformPoints(Float64Array.from(points), other);
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
}

function expectAffine(actual: Affine, expected: readonly number[], digits: number): void {
  expect(actual).toHaveLength(6);
  expected.forEach((value, i) => {
    expect(actual[i]).toBeCloseTo(value, digits);
  });
}

describe('cropFromBox', () => {
  it('fixes the aspect, then pads', () => {
    expect(CROP).toEqual({ centre: { x: 140, y: 150 }, scale: { width: 187.5, height: 250 } });
    const wide = cropFromBox({ x: 0, y: 0, width: 150, height: 10 }, INPUT, { padding: 1 });
    expect(wide.scale).toEqual({ width: 150, height: 200 });
  });

  it('refuses boxes and sizes that hold nothing', () => {
    expect(() => cropFromBox({ x: 0, y: 0, width: 0, height: 0 }, INPUT)).toThrow(DecodeError);
    expect(() => cropFromBox({ x: NaN, y: 0, width: 5, height: 5 }, INPUT)).toThrow(DecodeError);
    expect(() => cropFromBox({ x: 0, y: 0, width: 5, height: 5 }, INPUT, { padding: 0 })).toThrow(
      DecodeError,
    );
    expect(cropFromBox({ x: 0, y: 0, width: 0, height: 4 }, INPUT).scale.width).toBe(3.75);
  });
});

describe('cleanBox', () => {
  const image = { width: 640, height: 480 };
  it('clips to the image by whole pixels', () => {
    expect(cleanBox({ x: -10, y: 5, width: 50, height: 40 }, image)).toEqual({
      x: 0,
      y: 5,
      width: 49,
      height: 39,
    });
    expect(cleanBox({ x: 600, y: 470, width: 100, height: 100 }, image)).toEqual({
      x: 600,
      y: 470,
      width: 39,
      height: 9,
    });
  });

  it('drops what is empty or outside', () => {
    expect(cleanBox({ x: 700, y: 5, width: 50, height: 40 }, image)).toBeUndefined();
    expect(cleanBox({ x: 5, y: 5, width: 0, height: 40 }, image)).toBeUndefined();
    expect(cleanBox({ x: 5, y: 5, width: 9, height: 9 }, image, { area: 0 })).toBeUndefined();
    expect(cleanBox({ x: 5, y: 5, width: 0, height: 9 }, image, { area: 3 })).toEqual({
      x: 5,
      y: 5,
      width: 0,
      height: 8,
    });
    expect(cleanBox({ x: NaN, y: 5, width: 9, height: 9 }, image)).toBeUndefined();
  });
});

describe('cropTransform', () => {
  it('gives the published numbers', () => {
    expectAffine(cropTransform(CROP, INPUT), [1.024, 0, -47.36, 0, 1.024, -25.6], 9);
    expectAffine(
      cropTransform(CROP, INPUT, { rotation: 30 }),
      [0.88681, 0.512, -104.953402, -0.512, 0.88681, 66.658498],
      5,
    );
    const convention = 'udp';
    expectAffine(
      cropTransform(CROP, INPUT, { convention }),
      [1.018667, 0, -47.113333, 0, 1.02, -25.5],
      5,
    );
    expectAffine(
      cropTransform(CROP, INPUT, { convention, rotation: 30 }),
      [0.882191, -0.509333, 48.39323, 0.51, 0.883346, -76.401887],
      5,
    );
  });

  it('refuses sizes that are not positive', () => {
    expect(() => cropTransform(CROP, { width: 0, height: 5 })).toThrow(DecodeError);
    expect(() => cropTransform(CROP, { width: 1, height: 5 }, { convention: 'udp' })).toThrow(
      DecodeError,
    );
    expect(() => cropTransform({ ...CROP, scale: { width: 0, height: 1 } }, INPUT)).toThrow(
      DecodeError,
    );
  });
});

interface Transform {
  center: [number, number];
  scalePx: [number, number];
  aspectFixedScalePx: [number, number];
  rotDeg: number;
  outputSize: [number, number];
  shift: [number, number];
  [matrix: `${'hrnet' | 'mmpose'}_${string}`]: number[][];
}
interface BoxCase {
  xywh: [number, number, number, number];
  mmpose: { padding: number; center: number[]; scale: [number, number] };
  hrnet_xywh2cs_192x256: { center: number[]; scale: [number, number] };
}

const FILE = caseFolder('geometry.json');

describe.skipIf(!FILE)('reference geometry', () => {
  const file = FILE
    ? readReferenceJson<{ transforms: Transform[]; boxes: BoxCase[] }>(FILE)
    : { transforms: [], boxes: [] };
  // The references round their points to float32 on the way.
  const TOLERANCE = 1e-3;

  it('has the cases', () => {
    expect(file.transforms).toHaveLength(24);
    expect(file.boxes).toHaveLength(12);
  });

  it.each(file.transforms.map((entry, i) => [i, entry] as const))('transform %i', (_, entry) => {
    const [width, height] = entry.outputSize;
    const size = { width, height };
    const rotation = entry.rotDeg;
    const crop = {
      centre: { x: entry.center[0], y: entry.center[1] },
      scale: { width: entry.scalePx[0], height: entry.scalePx[1] },
    };
    const shifted = {
      ...crop,
      centre: {
        x: crop.centre.x + crop.scale.width * entry.shift[0],
        y: crop.centre.y + crop.scale.height * entry.shift[1],
      },
    };
    const inImage = [0, 0, 640, 0, 0, 640, 640, 640];
    const inOutput = [0, 0, width, 0, 0, height, width, height];
    const classic = cropTransform(crop, size, { rotation });
    const moved = cropTransform(shifted, size, { rotation });
    const found = {
      hrnet_affine: furthest(moved, entry.hrnet_affine!, inImage),
      hrnet_affine_inv: furthest(invertAffine(moved), entry.hrnet_affine_inv!, inOutput),
      mmpose_warp: furthest(classic, entry.mmpose_warp!, inImage),
      mmpose_warp_inv: furthest(invertAffine(classic), entry.mmpose_warp_inv!, inOutput),
      mmpose_warp_free_aspect: furthest(
        cropTransform(crop, size, { rotation, aspect: 'free' }),
        entry.mmpose_warp_free_aspect!,
        inImage,
      ),
      mmpose_udp_warp: furthest(
        cropTransform(crop, size, { rotation, convention: 'udp' }),
        entry.mmpose_udp_warp!,
        inImage,
      ),
    };
    for (const [name, distance] of Object.entries(found)) {
      expect(distance, name).toBeLessThanOrEqual(TOLERANCE);
    }
    const fixed = fixAspect(crop.scale, size);
    expect(Math.abs(fixed.width - entry.aspectFixedScalePx[0])).toBeLessThanOrEqual(TOLERANCE);
    expect(Math.abs(fixed.height - entry.aspectFixedScalePx[1])).toBeLessThanOrEqual(TOLERANCE);
  });

  it.each(file.boxes.map((entry, i) => [i, entry] as const))('box %i', (_, entry) => {
    const [x, y, width, height] = entry.xywh;
    const { padding, center, scale } = entry.mmpose;
    const crop = cropFromBox({ x, y, width, height }, INPUT, { padding });
    const mmpose = fixAspect({ width: scale[0], height: scale[1] }, INPUT);
    const hrnet = entry.hrnet_xywh2cs_192x256;
    const actual = [crop.centre.x, crop.centre.y, crop.scale.width, crop.scale.height];
    const expected = [
      [...center, mmpose.width, mmpose.height],
      [...hrnet.center, hrnet.scale[0] * 200, hrnet.scale[1] * 200],
    ];
    for (const values of expected) {
      actual.forEach((value, i) => {
        expect(Math.abs(value - values[i]!)).toBeLessThanOrEqual(TOLERANCE);
      });
    }
  });
});

describe('there and back', () => {
  const side = fc.double({ min: 5, max: 800, noNaN: true });
  const place = fc.double({ min: -500, max: 2000, noNaN: true });

  it('image -> input -> image, both conventions, any rotation', () => {
    fc.assert(
      fc.property(
        fc.record({ x: place, y: place, width: side, height: side }),
        fc.double({ min: -180, max: 180, noNaN: true }),
        fc.constantFrom('classic' as const, 'udp' as const),
        fc.constantFrom('width' as const, 'free' as const),
        (box, rotation, convention, aspect) => {
          const options = { rotation, convention, aspect };
          const crop = cropFromBox(box, INPUT);
          const points = Float64Array.of(box.x, box.y, box.x + box.width, box.y + box.height);
          const inInput = transformPoints(points, cropTransform(crop, INPUT, options));
          const back = inputToImage(inInput, crop, INPUT, options);
          const heatmapSize = { width: 48, height: 64 };
          const inHeatmap = inputToHeatmap(inInput, INPUT, heatmapSize, { convention });
          const far = heatmapToImage(inHeatmap, crop, heatmapSize, options);
          const again = heatmapToInput(inHeatmap, heatmapSize, INPUT, { convention });
          points.forEach((value, i) => {
            expect(back[i]).toBeCloseTo(value, 8);
            expect(far[i]).toBeCloseTo(value, 8);
            expect(again[i]).toBeCloseTo(inInput[i]!, 8);
          });
        },
      ),
    );
  });

  it('is p / size * scale + centre - scale / 2 without rotation', () => {
    const points = heatmapToImage(Float32Array.of(12, 40), CROP, { width: 48, height: 64 });
    expect(points[0]).toBeCloseTo((12 / 48) * 187.5 + 140 - 187.5 / 2, 4);
    expect(points[1]).toBeCloseTo((40 / 64) * 250 + 150 - 125, 4);
  });

  it('composes, inverts, mirrors', () => {
    const affine = cropTransform(CROP, INPUT, { rotation: 20 });
    expectAffine(composeAffine(affine, invertAffine(affine)), [1, 0, 0, 0, 1, 0], 10);
    const mirrored = composeAffine(affine, flipAffine(INPUT.width));
    const [x, y] = transformPoints(Float64Array.of(150, 90), affine);
    const [flippedX, flippedY] = transformPoints(Float64Array.of(150, 90), mirrored);
    expect(flippedX).toBeCloseTo(191 - x!, 9);
    expect(flippedY).toBeCloseTo(y!, 9);
    expect(composeAffine(flipAffine(7), flipAffine(7))).toEqual([1, 0, 0, 0, 1, 0]);
  });

  it('writes in place when asked and refuses other lengths', () => {
    const points = Float32Array.of(1, 2);
    expect(transformPoints(points, [2, 0, 1, 0, 3, 1], points)).toBe(points);
    expect([...points]).toEqual([3, 7]);
    expect(() => transformPoints(points, [1, 0, 0, 0, 1, 0], new Float32Array(4))).toThrow(
      DecodeError,
    );
    expect(() => transformPoints(new Float32Array(3), [1, 0, 0, 0, 1, 0])).toThrow(DecodeError);
    expect(() => invertAffine([1, 2, 0, 2, 4, 0])).toThrow(DecodeError);
  });
});
