import fc from 'fast-check';

/** Sizes of small maps. */
export interface Sizes {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly keypoints: number;
}

const FLOAT32_MAX = 3.4028234663852886e38;

/** What a cell may hold: zeros, the smallest and largest of float32, powers that overflow when squared, ordinary numbers. */
const cell: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, -0, 1e-45, -1e-45, 1e-38, 1e-20, -1e-12),
  fc.constantFrom(FLOAT32_MAX, -FLOAT32_MAX, 3e38, -3e38, 1e30, -1e30, 1e19, -1e19),
  fc.double({ min: -4, max: 4, noNaN: true }),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
);

/** Any finite map: of one value, of two, or each cell on its own. */
const cells = (length: number): fc.Arbitrary<Float32Array> =>
  fc
    .oneof(
      cell.map((value) => new Array<number>(length).fill(value)),
      fc
        .tuple(cell, cell, fc.nat())
        .map(([rest, one, at]) =>
          Array.from({ length }, (_, i) => (i === at % length ? one : rest)),
        ),
      fc.array(fc.constantFrom(FLOAT32_MAX, -FLOAT32_MAX), {
        minLength: length,
        maxLength: length,
      }),
      fc.array(cell, { minLength: length, maxLength: length }),
    )
    .map((list) => Float32Array.from(list));

export interface AnyMaps {
  readonly sizes: Sizes;
  /** Three maps `[B,H,W,K]`. */
  readonly maps: readonly [Float32Array, Float32Array, Float32Array];
  /** `[B,K,2]`, any finite numbers. */
  readonly points: readonly [Float32Array, Float32Array];
  /** `[B,K]`, 0 or 1; none at all for some. */
  readonly weights: Float32Array | undefined;
}

/** Any finite maps, points and 0/1 weights of one small size. */
export const anyMaps: fc.Arbitrary<AnyMaps> = fc
  .record({
    batch: fc.integer({ min: 1, max: 2 }),
    height: fc.integer({ min: 1, max: 5 }),
    width: fc.integer({ min: 1, max: 5 }),
    keypoints: fc.integer({ min: 1, max: 3 }),
  })
  .chain((sizes) => {
    const people = sizes.batch * sizes.keypoints;
    const map = cells(people * sizes.height * sizes.width);
    const point = cells(2 * people);
    const weights = fc
      .array(fc.constantFrom(0, 1), { minLength: people, maxLength: people })
      .map((list) => Float32Array.from(list));
    return fc.record({
      sizes: fc.constant(sizes),
      maps: fc.tuple(map, map, map),
      points: fc.tuple(point, point),
      weights: fc.option(weights, { nil: undefined }),
    });
  });
