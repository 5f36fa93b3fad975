import type { OksGroup } from './oks-match.js';
import type { OksRows } from './oks-rows.js';
import { orderByFallingScore, orderByKey } from './stable-sort.js';

/** People and results of all categories, sorted into groups. */
export interface OksGroups {
  /** Rows of people by category, image, file order. */
  readonly truths: Int32Array;
  /** Rows of results by category, image, falling score, file order; the best of each group. */
  readonly results: Int32Array;
  /** [K]: groups by rising image. */
  readonly groups: readonly (readonly OksGroup[])[];
}

/** Sorts rows; `imageRanks` are the places of images by rising id. */
export function groupRows(
  rows: OksRows,
  imageRanks: Int32Array,
  categoryCount: number,
  mostResults: number,
): OksGroups {
  const { truths, results } = rows;
  const images = imageRanks.length;
  const ranksOf = ({ image, count }: { readonly image: Int32Array; readonly count: number }) =>
    image.subarray(0, count).map((place) => imageRanks[place]!);
  const [truthRanks, resultRanks] = [ranksOf(truths), ranksOf(results)];
  const truthOrder = orderByKey(
    orderByKey(everyRow(truths.count), truthRanks, images),
    truths.category,
    categoryCount,
  );
  const byScore = orderByFallingScore(everyRow(results.count), results.scores);
  const byImage = orderByKey(byScore, resultRanks, images);
  const resultOrder = orderByKey(byImage, results.category, categoryCount);

  const groups: OksGroup[][] = Array.from({ length: categoryCount }, () => []);
  let [truthFrom, from, kept] = [0, 0, 0];
  while (truthFrom < truthOrder.length || from < resultOrder.length) {
    const key = (category: Int32Array, ranks: Int32Array, row: number | undefined): number =>
      row === undefined ? Infinity : category[row]! * images + ranks[row]!;
    const truthKey = key(truths.category, truthRanks, truthOrder[truthFrom]);
    const resultKey = key(results.category, resultRanks, resultOrder[from]);
    const least = Math.min(truthKey, resultKey);
    let [truthTo, to] = [truthFrom, from];
    while (key(truths.category, truthRanks, truthOrder[truthTo]) === least) truthTo++;
    while (key(results.category, resultRanks, resultOrder[to]) === least) to++;
    const count = Math.min(mostResults, to - from);
    resultOrder.copyWithin(kept, from, from + count);
    const row = truthTo > truthFrom ? truthOrder[truthFrom]! : resultOrder[kept]!;
    const table = truthTo > truthFrom ? truths : results;
    groups[table.category[row]!]!.push({
      image: table.image[row]!,
      truthFrom,
      truthTo,
      resultFrom: kept,
      resultTo: kept + count,
    });
    [truthFrom, from, kept] = [truthTo, to, kept + count];
  }
  return { truths: truthOrder, results: resultOrder.subarray(0, kept), groups };
}

function everyRow(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, row) => row);
}
