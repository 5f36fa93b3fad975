import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderByFallingScore, orderByKey } from './stable-sort.js';

const scoreLists = fc.oneof(
  fc.array(fc.double({ noNaN: true }), { maxLength: 300 }),
  fc.array(fc.constantFrom(0, -0, 0.5, 0.25, -3, 1e-320, 7), { minLength: 64, maxLength: 300 }),
);

describe('orderByFallingScore', () => {
  it('equals a stable sort', () => {
    fc.assert(
      fc.property(scoreLists, (list) => {
        const scores = Float64Array.from(list);
        const order = Int32Array.from(list.keys()).reverse();
        const expected = [...order].sort((a, b) =>
          scores[a]! < scores[b]! ? 1 : scores[a]! > scores[b]! ? -1 : 0,
        );
        expect([...orderByFallingScore(order, scores)]).toEqual(expected);
      }),
    );
  });
});

describe('orderByKey', () => {
  it('equals a stable sort', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(6), { maxLength: 100 }), (list) => {
        const keys = Int32Array.from(list);
        const order = Int32Array.from(list.keys()).reverse();
        const expected = [...order].sort((a, b) => keys[a]! - keys[b]!);
        expect([...orderByKey(order, keys, 7)]).toEqual(expected);
      }),
    );
  });
});
