import type { OksGroups } from './oks-groups.js';
import { createOksMatcher, WORD } from './oks-match.js';
import type { OksSettings } from './oks-options.js';
import type { OksRows } from './oks-rows.js';

/** How every result fared at every threshold and range of areas, in the order of `groups.results`. */
export interface OksOutcomes {
  /** [A][words][D]: a bit for each threshold at which a result is right. */
  readonly found: readonly (readonly Uint32Array[])[];
  /** [A][words][D]: the same for wrong. Neither: it does not count. */
  readonly wrong: readonly (readonly Uint32Array[])[];
  /** [A]: counted people of each group, in the order of the groups. */
  readonly counted: readonly Int32Array[];
}

export function matchGroups(
  rows: OksRows,
  { truths, results, groups }: OksGroups,
  { iouThresholds, areaRanges }: OksSettings,
  useBoxes: boolean,
): OksOutcomes {
  const words = Math.ceil(iouThresholds.length / WORD);
  const bits = (): Uint32Array[][] =>
    areaRanges.map(() => Array.from({ length: words }, () => new Uint32Array(results.length)));
  const [found, wrong] = [bits(), bits()];
  const groupCount = groups.reduce((sum, row) => sum + row.length, 0);
  const counted = areaRanges.map(() => new Int32Array(groupCount));
  const areas = useBoxes ? rows.results.boxAreas : rows.results.areas;
  const matcher = createOksMatcher(rows, truths, results, iouThresholds);
  let place = 0;
  for (const row of groups) {
    for (const group of row) {
      matcher.open(group);
      for (let a = 0; a < areaRanges.length; a++) {
        const range = areaRanges[a]!;
        for (let w = 0; w < words; w++) {
          counted[a]![place] = matcher.match(range, w);
          const { hits, ignored } = matcher.bits;
          const right = found[a]![w]!;
          const false_ = wrong[a]![w]!;
          for (let d = group.resultFrom, i = 0; d < group.resultTo; d++, i++) {
            const hit = hits[i]!;
            const out = ignored[i]!;
            const area = areas[results[d]!]!;
            right[d] = hit & ~out;
            false_[d] = area < range.min || area > range.max ? 0 : ~(hit | out);
          }
        }
      }
      place++;
    }
  }
  return { found, wrong, counted };
}
