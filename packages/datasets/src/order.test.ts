import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DatasetError } from './error.js';
import { batchSchedule, epochOrder } from './order.js';

const sorted = (indices: Iterable<number>): number[] => [...indices].sort((a, b) => a - b);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

describe('epochOrder', () => {
  it('is a permutation that differs by epoch and by seed, and repeats', () => {
    const order = epochOrder(1000, 1, 0);
    expect(sorted(order)).toEqual(upTo(1000));
    expect(epochOrder(1000, 1, 0)).toEqual(order);
    expect(epochOrder(1000, 1, 1)).not.toEqual(order);
    expect(epochOrder(1000, 2, 0)).not.toEqual(order);
  });

  it('puts every sample in every place equally often', () => {
    const [count, epochs] = [10, 4000];
    const seen = new Float64Array(count * count);
    for (let epoch = 0; epoch < epochs; epoch++) {
      epochOrder(count, 3, epoch).forEach((sample, place) => {
        seen[sample * count + place]!++;
      });
    }
    // 400 expected in each of 100 cells; five standard deviations.
    for (const times of seen) expect(Math.abs(times - 400)).toBeLessThan(5 * Math.sqrt(360));
  });
});

describe('batchSchedule', () => {
  it('visits each sample at most once an epoch when shuffling, all batches full', () => {
    const schedule = batchSchedule({ count: 10, batchSize: 3, shuffle: true, seed: 5 });
    expect(schedule.stepsPerEpoch).toBe(3);
    for (let epoch = 0; epoch < 4; epoch++) {
      const visited = [0, 1, 2].flatMap((position) => {
        const batch = schedule.at(3 * epoch + position);
        expect(batch).toMatchObject({ step: 3 * epoch + position, epoch, position });
        expect(batch.indices).toHaveLength(3);
        return [...batch.indices];
      });
      expect(new Set(visited).size).toBe(9);
      expect(visited).toEqual([...epochOrder(10, 5, epoch)].slice(0, 9));
    }
  });

  it('goes through the data in order, the last batch smaller, without shuffling', () => {
    const schedule = batchSchedule({ count: 7, batchSize: 3 });
    expect([0, 1, 2, 3].map((step) => [...schedule.at(step).indices])).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [6],
      [0, 1, 2],
    ]);
  });

  it('makes one batch of a data set smaller than a batch', () => {
    const schedule = batchSchedule({ count: 5, batchSize: 8, shuffle: true });
    expect(schedule.stepsPerEpoch).toBe(1);
    expect(sorted(schedule.at(7).indices)).toEqual(upTo(5));
  });

  it('has no state: any step in any order gives the same batch', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 12 }),
        fc.boolean(),
        fc.constantFrom('drop' as const, 'keep' as const),
        fc.array(fc.nat(60), { minLength: 1, maxLength: 8 }),
        (count, batchSize, shuffle, lastBatch, steps) => {
          const options = { count, batchSize, shuffle, lastBatch, seed: 9 };
          const used = batchSchedule(options);
          for (const step of steps) {
            expect(used.at(step)).toEqual(batchSchedule(options).at(step));
          }
        },
      ),
    );
  });

  it('covers an epoch exactly when the last batch is kept', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 12 }),
        fc.boolean(),
        (count, batchSize, shuffle) => {
          const schedule = batchSchedule({ count, batchSize, shuffle, lastBatch: 'keep' });
          const visited = upTo(schedule.stepsPerEpoch).flatMap((step) => [
            ...schedule.at(step).indices,
          ]);
          expect(sorted(visited)).toEqual(upTo(count));
        },
      ),
    );
  });

  it.each([
    ['an empty data set', { count: 0, batchSize: 4 }],
    ['a batch of none', { count: 4, batchSize: 0 }],
    ['a fraction', { count: 4, batchSize: 1.5 }],
  ])('refuses %s', (_, options) => {
    expect(() => batchSchedule(options)).toThrow(DatasetError);
  });

  it('refuses a step below 0', () => {
    expect(() => batchSchedule({ count: 4, batchSize: 2 }).at(-1)).toThrow(/step/);
  });
});
