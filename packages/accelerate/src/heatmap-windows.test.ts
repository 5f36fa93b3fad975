import { hasBackend, largestDifference, startBackend } from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kernel, values, withGuards } from '../test/heap.js';
import { type AcceleratedWasm, accelerateWasm } from './accelerate-wasm.js';

interface Sizes {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly keypoints: number;
  readonly sideX: number;
  readonly sideY: number;
}

const sizes = (...all: [number, number, number, number, number, number]): Sizes => {
  const [batch, height, width, keypoints, sideX, sideY] = all;
  return { batch, height, width, keypoints, sideX, sideY };
};

const SHAPES: readonly Sizes[] = [
  sizes(1, 1, 1, 1, 1, 1),
  sizes(1, 1, 2, 3, 3, 2),
  sizes(2, 5, 3, 2, 8, 8),
  sizes(1, 7, 9, 4, 4, 6),
  sizes(1, 16, 12, 3, 5, 3),
  sizes(2, 33, 37, 2, 8, 8),
];
const NORMALISATIONS = ['none', 'l1', 'l2', 'softmax'] as const;
const EPSILON = 1e-12;

type Row = readonly number[];
const sumOf = (row: Row): number => row.reduce((sum, value) => sum + value, 0);

/** A map normalised in double precision; the second is dead. */
function normalised(row: Row, mode: (typeof NORMALISATIONS)[number]): number[] {
  if (mode === 'none') return [...row];
  if (mode === 'softmax') {
    const most = Math.max(...row);
    const powers = row.map((value) => Math.exp(value - most));
    return powers.map((value) => value / sumOf(powers));
  }
  const norm = mode === 'l1' ? sumOf(row.map(Math.abs)) : Math.hypot(...row);
  return row.map((value) => (norm > EPSILON ? value / norm : 0));
}

/** The cell that a window position reads, or -1. */
function cellAt(index: number, [x, y]: readonly [number, number], s: Sizes): number {
  const axis = (centre: number, j: number, side: number, size: number): number => {
    const first = centre - Math.floor(side / 2);
    const inside = (cell: number): boolean => cell >= 0 && cell < size;
    if (inside(first + j)) return first + j;
    return inside(first + side - 1 - j) ? first + side - 1 - j : -1;
  };
  const column = axis(x, index % s.sideX, s.sideX, s.width);
  const row = axis(y, Math.floor(index / s.sideX), s.sideY, s.height);
  return column < 0 || row < 0 ? -1 : row * s.width + column;
}

describe.skipIf(!hasBackend('wasm')).each([true, false])('windows, relaxed %s', (relaxed) => {
  let accelerated: AcceleratedWasm;
  beforeAll(async () => {
    await startBackend('wasm');
    accelerated = await accelerateWasm({ relaxed });
  });
  afterAll(() => accelerated.undo());

  const mapsOf = (s: Sizes, seed: number): number[][] => {
    const cells = s.height * s.width;
    return Array.from({ length: s.batch * s.keypoints }, (_, map) =>
      Array.from(values(seed + map, cells), (value) => (map === 1 ? 0 : Math.fround(3 * value))),
    );
  };

  it.each(SHAPES)('HhdPeaks and HhdCentres of %o', async (s) => {
    const maps = mapsOf(s, 5);
    const cells = s.height * s.width;
    // Two equal maxima: the first counts.
    const last = maps.at(-1)!;
    last[cells - 1] = 4;
    last[cells >> 1] = 4;
    const rows = tf.tensor2d(maps);
    const { sideX, sideY, ...shape } = s;
    const broken = await withGuards(async () => {
      const [peaks] = await kernel('HhdPeaks', { rows }, shape);
      const expected = maps.flatMap((map) => {
        const cell = map.indexOf(Math.max(...map));
        return [cell % s.width, Math.floor(cell / s.width)];
      });
      expect([...peaks!]).toEqual(expected);

      const packed = tf.tensor3d([...peaks!], [s.batch, s.keypoints, 2], 'int32');
      const inputs = { rows, peaks: packed };
      for (const [beta, flatMean] of [
        [2, 1.05],
        [0.5, 1.05],
        [1, -1],
      ] as const) {
        const [centres] = await kernel('HhdCentres', inputs, { ...shape, beta, flatMean });
        maps.forEach((map, m) => {
          const sum = sumOf(map.map((value) => Math.exp(beta * value)));
          [s.width, s.height].forEach((size, axis) => {
            const peak = expected[2 * m + axis]!;
            const mean = sum / cells;
            const released = peak + (peak - 0.5) / (sum - 1);
            const unbiased = peak + (peak - (size - 1) / 2) / (mean - 1) + 0.5;
            const exact = flatMean < 0 ? released : unbiased;
            // Where single precision may round to the other side.
            if (Math.abs(exact - Math.round(exact)) < 1e-4 || Math.abs(mean - flatMean) < 1e-4)
              return;
            const inside = released > -1 && released < size;
            const wanted =
              flatMean < 0
                ? inside
                  ? Math.floor(Math.max(exact, 0))
                  : peak
                : mean < flatMean
                  ? peak
                  : Math.min(Math.max(Math.floor(exact), 0), size - 1);
            expect(centres![2 * m + axis], `map ${m}`).toBe(wanted);
          });
        });
      }
      packed.dispose();
    });
    expect(broken).toBe(0);
    rows.dispose();
  });

  describe.each(NORMALISATIONS)('%s', (normalisation) => {
    it.each(SHAPES)('HhdWindows and HhdWindowsGrad of %o', async (s) => {
      const maps = mapsOf(s, 9);
      const area = s.sideX * s.sideY;
      // All over the map, corners first.
      const centres = maps.map((_, m): [number, number] => [
        m === 0 ? 0 : (s.width - 1 + 5 * (m - 1)) % s.width,
        m === 0 ? 0 : (s.height - 1 + 3 * (m - 1)) % s.height,
      ]);
      const dy = values(70, maps.length * area);
      const tensors = {
        rows: tf.tensor2d(maps),
        centres: tf.tensor3d(centres.flat(), [s.batch, s.keypoints, 2], 'int32'),
        dy: tf.tensor(dy, [s.batch, s.keypoints, s.sideY, s.sideX]),
      };
      const attributes = { ...s, normalisation, epsilon: EPSILON };
      const broken = await withGuards(async () => {
        const { rows, centres: packed } = tensors;
        const [windows, scales] = await kernel('HhdWindows', { rows, centres: packed }, attributes);
        const saved = {
          windows: tf.tensor(windows!, tensors.dy.shape),
          scales: tf.tensor(scales!, [maps.length, 2]),
        };
        const needed = normalisation === 'none' ? {} : { rows, ...saved };
        const inputs = { dy: tensors.dy, centres: packed, ...needed };
        const [dx] = await kernel('HhdWindowsGrad', inputs, attributes);
        tf.dispose(saved);

        const [expected, gradient] = [[], []] as number[][];
        maps.forEach((map, m) => {
          const base = normalised(map, normalisation);
          const dense = map.map(() => 0);
          let inner = 0;
          for (let i = 0; i < area; i++) {
            const cell = cellAt(i, centres[m]!, s);
            expected!.push(cell < 0 ? 0 : base[cell]!);
            if (cell < 0) continue;
            dense[cell]! += dy[m * area + i]!;
            inner += dy[m * area + i]! * base[cell]!;
          }
          const alive = map.some((value) => value !== 0);
          const scale =
            normalisation === 'l1'
              ? 1 / sumOf(map.map(Math.abs))
              : normalisation === 'l2'
                ? 1 / Math.hypot(...map)
                : 1;
          map.forEach((value, cell) => {
            const along = dense[cell]!;
            if (normalisation === 'none') gradient!.push(along);
            else if (normalisation === 'softmax') gradient!.push(base[cell]! * (along - inner));
            else if (!alive) gradient!.push(0);
            else {
              const direction = normalisation === 'l1' ? Math.sign(value) : base[cell]!;
              gradient!.push((along - direction * inner) * scale);
            }
          });
        });
        const largest = (all: Row): number => all.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-3);
        expect(largestDifference(windows!, expected!) / largest(expected!)).toBeLessThan(2e-7);
        // A single cell's gradient cancels to nothing.
        const unit = maps[0]!.length === 1 ? 1 : largest(gradient!);
        expect(largestDifference(dx!, gradient!) / unit).toBeLessThan(1e-6);
      });
      expect(broken).toBe(0);
      tf.dispose(tensors);
    });
  });
});
