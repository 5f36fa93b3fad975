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
  const cells = images * categoryCount;
  const keysOf = ({ count, image }: Placed, category: Int32Array): Int32Array =>
    Int32Array.from(
      { length: count },
      (_, row) => category[row]! * images + imageRanks[image[row]!]!,
    );
  // Equal scores go by image, then by the order of the file; grouped again, that is the order in an image.
  let listed = everyRow(results.count);
  let resultCategory = results.category;
  if (categoryCount === 1) {
    let most = 0;
    for (const row of listed) most = Math.max(most, resultCategory[row]!);
    listed = orderByKey(listed, resultCategory, most + 1);
    resultCategory = new Int32Array(results.count);
  }
  const truthKeys = keysOf(truths, truths.category);
  const resultKeys = keysOf(results, resultCategory);
  const truthOrder = orderByKey(everyRow(truths.count), truthKeys, cells);
  const byScore = orderByFallingScore(orderByKey(listed, resultKeys, cells), results.scores);
  const resultOrder = orderByKey(byScore, resultKeys, cells);
  const placeOf = new Int32Array(results.count).fill(-1);
  const ranks = new Int32Array(results.count);

  const groups: OksGroup[][] = Array.from({ length: categoryCount }, () => []);
  const truthKey = (i: number): number => truthKeys[truthOrder[i]!] ?? Infinity;
  const resultKey = (i: number): number => resultKeys[resultOrder[i]!] ?? Infinity;
  let truthFrom = 0;
  let from = 0;
  let kept = 0;
  while (truthFrom < truthOrder.length || from < resultOrder.length) {
    const key = Math.min(truthKey(truthFrom), resultKey(from));
    let truthTo = truthFrom;
    let to = from;
    while (truthKey(truthTo) === key) truthTo++;
    while (resultKey(to) === key) to++;
    const image =
      truthTo > truthFrom
        ? truths.image[truthOrder[truthFrom]!]!
        : results.image[resultOrder[from]!]!;
    const resultFrom = kept;
    for (let d = from; d < to && d - from < mostResults; d++) {
      const result = resultOrder[d]!;
      ranks[kept] = d - from;
      placeOf[result] = kept;
      resultOrder[kept++] = result;
    }
    const group = { image, truthFrom, truthTo, resultFrom, resultTo: kept };
    groups[Math.floor(key / images)]!.push(group);
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

/** Rows that belong to images. */
interface Placed {
  readonly count: number;
  readonly image: Int32Array;
}

function everyRow(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, row) => row);
}
