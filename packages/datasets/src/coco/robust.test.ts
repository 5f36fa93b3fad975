import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DatasetError } from '../error.js';
import { checkCocoKeypoints, parseCocoKeypoints } from './parse.js';

const file = () => ({
  images: [
    { id: 1, file_name: 'a.jpg', width: 100, height: 80 },
    { id: 2, file_name: 'b.jpg', width: 60, height: 60 },
  ],
  annotations: [1, 2, 3].map((id) => ({
    id,
    image_id: 1 + (id % 2),
    category_id: 1,
    iscrowd: 0,
    num_keypoints: 2,
    keypoints: [10, 20, 2, 30, 40, 1],
    bbox: [5, 6, 50, 50],
    area: 1200,
  })),
  categories: [{ id: 1, name: 'person', keypoints: ['nose', 'neck'], skeleton: [[1, 2]] }],
});

/** Every place of a JSON value, as a path of keys. */
function places(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...path, key]))];
}

function replaced(path: readonly (string | number)[], by: unknown): unknown {
  if (path.length === 0) return by;
  const json = structuredClone(file()) as unknown;
  let parent = json as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) parent = parent[key] as typeof parent;
  const last = path.at(-1)!;
  if (by === undefined) delete parent[last];
  else parent[last] = by;
  return json;
}

const strange = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    0,
    -1,
    1e9,
    0.5,
    '',
    'x',
    true,
    [],
    {},
    [null],
    Infinity,
    Number.NaN,
  ),
  fc.jsonValue(),
);

describe('any damage to a file', () => {
  it('is told as data, and what is left is usable', () => {
    fc.assert(
      fc.property(fc.constantFrom(...places(file())), strange, (path, by) => {
        const { samples, groundTruth, skeleton } = checkCocoKeypoints(replaced(path, by));
        for (const sample of samples) {
          expect(sample.keypoints).toHaveLength(2 * skeleton!.keypoints.length);
          expect(sample.keypoints.every(Number.isFinite)).toBe(true);
          expect(sample.visibility.every((v) => v <= 2)).toBe(true);
          const { x, y, width, height } = sample.box;
          expect(Number.isFinite(x + y)).toBe(true);
          expect(width > 0 && height > 0).toBe(true);
          expect(groundTruth.images.some(({ id }) => id === sample.imageId)).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('throws nothing but a DatasetError', () => {
    fc.assert(
      fc.property(fc.constantFrom(...places(file())), strange, (path, by) => {
        try {
          expect(parseCocoKeypoints(replaced(path, by)).samples.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(DatasetError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
