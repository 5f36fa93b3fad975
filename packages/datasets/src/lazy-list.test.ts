import { expect, it } from 'vitest';
import { lazyList } from './lazy-list.js';

it('behaves as an array and makes each element once', () => {
  const made: number[] = [];
  const list = lazyList(5, (index) => {
    made.push(index);
    return { index };
  });
  expect(list).toHaveLength(5);
  expect(made).toEqual([]);
  expect(list[3]).toBe(list[3]);
  expect(made).toEqual([3]);
  expect([list[5], list[-1], (list as never as { x: unknown }).x]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(1 in list && !(5 in list)).toBe(true);
  expect(list.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
  expect([...list].length).toBe(5);
  expect(made).toEqual([3, 1, 0, 2, 4]);
  expect(list.slice(1, 3)).toEqual([{ index: 1 }, { index: 2 }]);
  expect(list.at(-1)).toBe(list[4]);
  expect(list.findIndex(({ index }) => index === 2)).toBe(2);
  expect(Array.isArray(list)).toBe(true);
  expect(JSON.stringify(lazyList(2, String))).toBe('["0","1"]');
  expect(Object.keys(lazyList(2, String))).toEqual(['0', '1']);
  expect(() => (list as unknown[]).push(1)).toThrow(TypeError);
  expect(() => ((list as unknown[])[0] = 1)).toThrow(TypeError);
});
