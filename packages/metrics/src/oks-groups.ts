import type { OksGroup } from './oks-match.js';
import type { OksRows } from './oks-rows.js';
import { orderByFallingScore, orderByKey } from './stable-sort.js';

/** People and results of all categories, sorted into groups. */
export interface OksGroups {
  /** Rows of people by category, image, file order. */
  readonly truths: Int32Array;
  /** Rows of results by category, image, falling score, file order; the best of each group. */
  readonly results: Int32Array;
  /** Of each of `results`: how many of its group stand before it. */
  readonly ranks: Int32Array;
  /** Places in `results` by category, falling score, image, rank. */
  readonly ranking: Int32Array;
  /** [K]: groups by rising image. */
  readonly groups: readonly (readonly OksGroup[])[];
}

/** Sorts rows; with one category all are of it, whatever their column says. `imageRanks` are the places of images by rising id. */
export function groupRows(
  rows: OksRows,
  imageRanks: Int32Array,
  categoryCount: number,
  mostResults: number,
): OksGroups {
  const { truths, results } = rows;
  const images = imageRanks.length;
  const truthRanks = ranksOf(truths, imageRanks);
  const resultRanks = ranksOf(results, imageRanks);
  const sort = (order: Int32Array, ranks: Int32Array, category: Int32Array): Int32Array =>
    orderByKey(orderByKey(order, ranks, images), category, categoryCount);
  const truthOrder = sort(everyRow(truths.count), truthRanks, truths.category);
  // Equal scores go by image, then by the order of the file; grouped again, that is the order in an image.
  let listed = everyRow(results.count);
  let resultCategory = results.category;
  if (categoryCount === 1) {
    let most = 0;
    for (const row of listed) most = Math.max(most, resultCategory[row]!);
    listed = orderByKey(listed, resultCategory, most + 1);
    resultCategory = new Int32Array(results.count);
  }
  const filed = orderByKey(listed, resultRanks, images);
  const byScore = orderByFallingScore(filed, results.scores);
  const resultOrder = sort(byScore, resultRanks, resultCategory);
  const placeOf = new Int32Array(results.count).fill(-1);
  const ranks = new Int32Array(results.count);

  const groups: OksGroup[][] = Array.from({ length: categoryCount }, () => []);
  const keyOf = (category: Int32Array, imageRank: Int32Array, row: number | undefined): number =>
    row === undefined ? Infinity : category[row]! * images + imageRank[row]!;
  let truthFrom = 0;
  let from = 0;
  let kept = 0;
  while (truthFrom < truthOrder.length || from < resultOrder.length) {
    const truthKey = keyOf(truths.category, truthRanks, truthOrder[truthFrom]);
    const least = Math.min(truthKey, keyOf(resultCategory, resultRanks, resultOrder[from]));
    let truthTo = truthFrom;
    let to = from;
    while (keyOf(truths.category, truthRanks, truthOrder[truthTo]) === least) truthTo++;
    while (keyOf(resultCategory, resultRanks, resultOrder[to]) === least) to++;
    const hasTruths = truthTo > truthFrom;
    const row = hasTruths ? truthOrder[truthFrom]! : resultOrder[from]!;
    const category = hasTruths ? truths.category : resultCategory;
    const image = hasTruths ? truths.image : results.image;
    const resultFrom = kept;
    for (let d = from; d < to && d - from < mostResults; d++) {
      const result = resultOrder[d]!;
      ranks[kept] = d - from;
      placeOf[result] = kept;
      resultOrder[kept++] = result;
    }
    groups[category[row]!]!.push({
      image: image[row]!,
      truthFrom,
      truthTo,
      resultFrom,
      resultTo: kept,
    });
    truthFrom = truthTo;
    from = to;
  }
  const ranking = new Int32Array(kept);
  let next = 0;
  for (const row of orderByKey(byScore, resultCategory, categoryCount)) {
    if (placeOf[row]! >= 0) ranking[next++] = placeOf[row]!;
  }
  return { truths: truthOrder, results: resultOrder.subarray(0, kept), ranks, ranking, groups };
}

function ranksOf(
  { image, count }: { readonly image: Int32Array; readonly count: number },
  imageRanks: Int32Array,
): Int32Array {
  const ranks = new Int32Array(count);
  for (let row = 0; row < count; row++) ranks[row] = imageRanks[image[row]!]!;
  return ranks;
}

function everyRow(count: number): Int32Array {
  const rows = new Int32Array(count);
  for (let row = 0; row < count; row++) rows[row] = row;
  return rows;
}
