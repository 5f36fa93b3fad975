import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkCocoKeypoints } from './parse.js';
import { createCocoReader } from './reader.js';
import { type CocoTable, createTableBuilder } from './table.js';
import { tableFromBytes, tableToBytes } from './table-bytes.js';
import { viewTable } from './table-view.js';

const names = ['nose', 'left_hip', 'right_hip'];
const point = fc.record({
  x: fc.oneof(fc.integer({ min: 0, max: 99 }), fc.double({ min: 0, max: 99, noNaN: true })),
  y: fc.integer({ min: 0, max: 79 }),
  v: fc.constantFrom(0, 1, 2),
});
const files = fc
  .record({
    images: fc.uniqueArray(
      fc.record({
        id: fc.integer({ min: -5, max: 2 ** 50 }),
        crowd: fc.option(fc.double({ noNaN: true, min: 0, max: 4 })),
      }),
      { minLength: 1, maxLength: 5, selector: ({ id }) => id },
    ),
    people: fc.array(
      fc.record({
        image: fc.nat(4),
        crowd: fc.boolean(),
        area: fc.option(fc.double({ min: 0.1, max: 1e4, noNaN: true })),
        points: fc.array(point, { minLength: 3, maxLength: 3 }),
        broken: fc.boolean(),
      }),
      { maxLength: 8 },
    ),
  })
  .map(({ images, people }) => ({
    images: images.map(({ id, crowd }, i) => ({
      id,
      file_name: `bild-ä${i}.jpg`,
      width: 100,
      height: 80,
      ...(crowd === null ? {} : { crowdIndex: crowd }),
    })),
    annotations: people.map(({ image, crowd, area, points, broken }, i) => ({
      id: 10 + i,
      image_id: images[image % images.length]!.id,
      category_id: 1,
      iscrowd: crowd ? 1 : 0,
      keypoints: points.flatMap(({ x, y, v }) => [x, y, v]),
      bbox: [1, 2, broken ? 0 : 30.25, 40.1],
      ...(area === null ? {} : { area }),
    })),
    categories: [{ id: 1, name: 'person', keypoints: names }],
  }));
type Json = ReturnType<typeof checkCocoKeypoints> extends never ? never : Record<string, unknown[]>;

function tableOf(json: Json): CocoTable {
  const reader = createCocoReader();
  const builder = createTableBuilder();
  reader.readCategories(json.categories!);
  reader.readImages(json.images!, 0);
  for (const image of reader.images.values()) builder.addImage(image);
  reader.readAnnotations(json.annotations!, 0, (read, index) =>
    builder.addPerson(read, 100 * index, 7),
  );
  reader.finish();
  const { problems, skippedRecords, withKeypoints: categories } = reader;
  return builder.take({ hasSkeleton: true, categories, problems, skippedRecords });
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

describe('a table of annotations', () => {
  it('says what the parsed file says, before and after it was written', () => {
    fc.assert(
      fc.property(files, (json) => {
        const parsed = checkCocoKeypoints(json);
        const table = tableOf(json as never);
        const read = tableFromBytes(joined(tableToBytes(table, 'k', crc32)), 'k', crc32)!;
        for (const view of [viewTable(table), viewTable(read)]) {
          expect([...view.samples]).toEqual(parsed.samples);
          expect(view.groundTruth).toEqual(parsed.groundTruth);
          expect(view.problems).toEqual(parsed.problems);
          expect(view.skippedRecords).toBe(parsed.skippedRecords);
          const order = new Map(parsed.groundTruth.images.map((image, i) => [image.file_name, i]));
          const wanted = [...new Set(parsed.samples.map(({ file }) => file))];
          expect(view.files).toEqual(wanted.sort((a, b) => order.get(a)! - order.get(b)!));
          const some = (file: string) => file.endsWith('0.jpg');
          expect([...view.samplesOf(some)]).toEqual(
            parsed.samples.filter(({ file }) => some(file)),
          );
        }
        const last = parsed.groundTruth.annotations.at(-1);
        if (last)
          expect(viewTable(read).placeOf(last.id)).toEqual({
            offset: 100 * (last.id - 10),
            length: 7,
          });
        expect(viewTable(read).placeOf(-99)).toBeUndefined();
      }),
      { numRuns: 200 },
    );
  });

  it('keeps whole coordinates in single precision and others in double', () => {
    const json = (x: number) => ({
      images: [{ id: 1, file_name: 'a.jpg', width: 9, height: 9 }],
      categories: [{ id: 1, name: 'person', keypoints: names }],
      annotations: [
        {
          id: 1,
          image_id: 1,
          category_id: 1,
          keypoints: [x, 2, 2, 3, 4, 2, 0, 0, 0],
          bbox: [0, 0, 5, 5],
        },
      ],
    });
    expect(tableOf(json(4.5)).columns.keypoints).toBeInstanceOf(Float32Array);
    expect(tableOf(json(4.1)).columns.keypoints).toBeInstanceOf(Float64Array);
    expect(viewTable(tableOf(json(4.1))).groundTruth.annotations[0]!.keypoints[0]).toBe(4.1);
  });

  it('is refused when it is another file’s, another version’s, damaged or cut short', () => {
    const bytes = joined(
      tableToBytes(tableOf(fc.sample(files, { numRuns: 1, seed: 5 })[0]! as never), 'key', crc32),
    );
    expect(tableFromBytes(bytes, 'key', crc32)).toBeDefined();
    expect(tableFromBytes(bytes, 'other', crc32)).toBeUndefined();
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at]! ^= 1;
      expect(tableFromBytes(damaged, 'key', crc32)).toBeUndefined();
    }
    for (let length = 0; length < bytes.length; length += 5) {
      expect(tableFromBytes(bytes.subarray(0, length), 'key', crc32)).toBeUndefined();
    }
  });
});
