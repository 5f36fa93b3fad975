import { halfToFloat, writeHalves } from '@pose-distill/internal-formats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MapShape } from '../train/teacher.js';
import { type CacheCodec, createCoder } from './codec.js';

const rounded = (values: Float32Array): Float32Array => {
  const halves = new Uint16Array(values.length);
  writeHalves(values, halves);
  return halfToFloat(halves);
};

function roundTrip(codec: CacheCodec, shape: MapShape, maps: Float32Array): Float32Array {
  const coder = createCoder(codec, shape);
  const words = new Uint16Array(coder.words).fill(0xabcd);
  coder.encode(maps, words);
  const out = new Float32Array(maps.length).fill(9);
  coder.decode(words, out);
  return out;
}

/** Maps of some shape, with equal values and negative ones among them. */
const mapsOfShape = fc
  .tuple(
    fc.integer({ min: 1, max: 6 }),
    fc.integer({ min: 1, max: 7 }),
    fc.integer({ min: 1, max: 4 }),
  )
  .chain((shape) => {
    const length = shape[0] * shape[1] * shape[2];
    const value = fc.oneof(
      fc.float({ min: Math.fround(-0.5), max: Math.fround(1.25), noNaN: true }),
      fc.constantFrom(0, -0, 0.5, 1),
    );
    return fc.tuple(
      fc.constant(shape as MapShape),
      fc.array(value, { minLength: length, maxLength: length }),
    );
  });

describe('float16', () => {
  it('gives every pixel, rounded to half precision', () => {
    fc.assert(
      fc.property(mapsOfShape, ([shape, values]) => {
        const maps = Float32Array.from(values);
        expect(roundTrip({ kind: 'float16' }, shape, maps)).toEqual(rounded(maps));
      }),
    );
  });

  it('takes two bytes a pixel', () => {
    expect(createCoder({ kind: 'float16' }, [64, 48, 17]).words).toBe(64 * 48 * 17);
  });
});

describe('topk', () => {
  it('gives the largest of each map in their places, and 0 elsewhere', () => {
    fc.assert(
      fc.property(mapsOfShape, fc.integer({ min: 1, max: 42 }), ([shape, values], wish) => {
        const [height, width, channels] = shape;
        const count = Math.min(wish, height * width);
        const maps = Float32Array.from(values);
        const expected = new Float32Array(maps.length);
        const near = rounded(maps);
        for (let c = 0; c < channels; c++) {
          const places = Array.from({ length: height * width }, (_, i) => i * channels + c);
          // A stable sort: of equal values the first comes first.
          const best = places.sort((a, b) => maps[b]! - maps[a]!).slice(0, count);
          for (const place of best) expected[place] = near[place]!;
        }
        const got = roundTrip({ kind: 'topk', count }, shape, maps);
        expect([...got].map((value) => value + 0)).toEqual([...expected].map((value) => value + 0));
      }),
    );
  });

  it('with all pixels is float16', () => {
    const maps = Float32Array.from({ length: 5 * 4 * 3 }, (_, i) => Math.sin(i));
    expect(roundTrip({ kind: 'topk', count: 20 }, [5, 4, 3], maps)).toEqual(rounded(maps));
  });

  it.each([0, 21, 1.5, Number.NaN])('refuses %s values of a map of 20', (count) => {
    expect(() => createCoder({ kind: 'topk', count }, [5, 4, 3])).toThrow(
      /1 to 20 values of a map of 5x4/,
    );
  });

  it('refuses maps whose pixels 16 bits cannot count', () => {
    expect(() => createCoder({ kind: 'topk', count: 8 }, [512, 256, 1])).toThrow(/float16/);
  });
});
