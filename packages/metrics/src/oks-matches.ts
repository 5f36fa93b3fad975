import type { OksAxes, OksMatched } from './oks-evaluation.js';
import { createOksMatcher, type OksGroup, type OksMatcher, WORD } from './oks-match.js';
import type { AreaRange, OksSettings } from './oks-options.js';
import type { OksRows } from './oks-rows.js';

/** How the results of one image and category were given to its people, for one range of areas (the reference's evalImgs). */
export interface OksMatches {
  readonly imageId: number;
  /** -1 when categories are not told apart. */
  readonly categoryId: number;
  readonly areaRange: AreaRange;
  /** [D]: ids of the results (places in the file, from 1) by falling score. */
  readonly dtIds: readonly number[];
  /** [G]: ids of the annotations, counted ones first. */
  readonly gtIds: readonly number[];
  readonly dtScores: readonly number[];
  /** [T,D]: id of the matched annotation, 0 for none. */
  readonly dtMatches: Float64Array;
  /** [T,G]: id of the matched result, 0 for none. */
  readonly gtMatches: Float64Array;
  /** [T,D]: 1 where a result counts neither as right nor as wrong. */
  readonly dtIgnore: Uint8Array;
  /** [G]: 1 where a person is not counted. */
  readonly gtIgnore: Uint8Array;
}

export function listMatches(
  { rows, groups: { truths, results, groups }, useBoxes }: OksMatched,
  { imageIds, categoryIds }: OksAxes,
  settings: OksSettings,
): OksMatches[] {
  const matcher = createOksMatcher(rows, truths, results, settings.iouThresholds);
  return groups.flatMap((row, k) =>
    settings.areaRanges.flatMap((areaRange) =>
      row.map((group) => {
        matcher.open(group);
        const truthRows = truths.subarray(group.truthFrom, group.truthTo);
        const resultRows = results.subarray(group.resultFrom, group.resultTo);
        return {
          imageId: imageIds[group.image]!,
          categoryId: categoryIds[k]!,
          areaRange,
          dtIds: Array.from(resultRows, (d) => rows.results.ids[d]!),
          dtScores: Array.from(resultRows, (d) => rows.results.scores[d]!),
          ...matchOne(rows, truthRows, resultRows, matcher, areaRange, settings, useBoxes, group),
        };
      }),
    ),
  );
}

function matchOne(
  { truths, results }: OksRows,
  truthRows: Int32Array,
  resultRows: Int32Array,
  matcher: OksMatcher,
  areaRange: AreaRange,
  { iouThresholds }: OksSettings,
  useBoxes: boolean,
  { resultFrom, resultTo }: OksGroup,
): Pick<OksMatches, 'gtIds' | 'dtMatches' | 'gtMatches' | 'dtIgnore' | 'gtIgnore'> {
  const [T, D, G] = [iouThresholds.length, resultTo - resultFrom, truthRows.length];
  const dtMatches = new Float64Array(T * D);
  const gtMatches = new Float64Array(T * G);
  const dtIgnore = new Uint8Array(T * D);
  const matched: [t: number, g: number, d: number][] = [];
  for (let word = 0; word * WORD < T; word++) {
    matcher.match(areaRange, word, (d, g, bits) => {
      for (let bit = 0; bit < WORD; bit++) {
        if (((bits >>> bit) & 1) === 0) continue;
        const t = word * WORD + bit;
        dtMatches[t * D + d] = truths.ids[truthRows[g]!]!;
        dtIgnore[t * D + d] = matcher.truthIgnored[g]!;
        matched.push([t, g, d]);
      }
    });
  }
  const ignored = matcher.truthIgnored.slice(0, G);
  const order = Int32Array.from(ignored.keys()).sort((a, b) => ignored[a]! - ignored[b]! || a - b);
  const place = new Int32Array(G);
  for (let i = 0; i < G; i++) place[order[i]!] = i;
  // A crowd that several results got keeps the last.
  for (const [t, g, d] of matched) gtMatches[t * G + place[g]!] = results.ids[resultRows[d]!]!;
  const areas = useBoxes ? results.boxAreas : results.areas;
  for (let d = 0; d < D; d++) {
    const area = areas[resultRows[d]!]!;
    if (!(area < areaRange.min || area > areaRange.max)) continue;
    for (let i = d; i < T * D; i += D) if (dtMatches[i] === 0) dtIgnore[i] = 1;
  }
  return {
    gtIds: Array.from(order, (g) => truths.ids[truthRows[g]!]!),
    dtMatches,
    gtMatches,
    dtIgnore,
    gtIgnore: Uint8Array.from(order, (g) => ignored[g]!),
  };
}
