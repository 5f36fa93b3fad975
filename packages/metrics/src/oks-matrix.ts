import type { CocoKeypointResult } from './coco.js';
import type { OksComparer } from './oks-compare.js';
import type { OksGroups } from './oks-groups.js';
import type { OksGroup } from './oks-match.js';
import type { OksRows } from './oks-rows.js';

/** Similarities of one image and category. */
export interface OksMatrix {
  /** [D]: ids of the results (places in the file, from 1) by falling score. */
  readonly dtIds: readonly number[];
  /** [G]: ids of the annotations in file order. */
  readonly gtIds: readonly number[];
  /** [D,G] */
  readonly oks: Float64Array;
}

/** Compares everybody of a group; undefined when there are no people or no results. */
export function compareGroup(
  rows: OksRows,
  { truths, results }: OksGroups,
  group: OksGroup | undefined,
  file: readonly CocoKeypointResult[],
  annotation: Int32Array,
  compare: OksComparer,
): OksMatrix | undefined {
  if (!group) return undefined;
  const truthRows = truths.subarray(group.truthFrom, group.truthTo);
  const dtIds = Array.from(
    results.subarray(group.resultFrom, group.resultTo),
    (row) => rows.results.ids[row]!,
  );
  if (truthRows.length === 0 || dtIds.length === 0) return undefined;
  const oks = new Float64Array(dtIds.length * truthRows.length);
  dtIds.forEach((id, d) => {
    const pose = Float64Array.from(file[id - 1]!.keypoints.filter((_, i) => i % 3 !== 2));
    truthRows.forEach((g, place) => {
      oks[d * truthRows.length + place] = compare(pose, annotation[g]!, rows.truths.areas[g]!);
    });
  });
  return { dtIds, gtIds: Array.from(truthRows, (g) => rows.truths.ids[g]!), oks };
}
