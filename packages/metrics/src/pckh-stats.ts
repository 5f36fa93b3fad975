import { pairwiseSum } from './pairwise-sum.js';
import type { PckhRules } from './pckh-distances.js';

/** Columns of the table and the joints they are the plain mean of, left before right as the references add them. */
const PARTS: readonly (readonly [string, ...string[]])[] = [
  ['Head', 'head'],
  ['Shoulder', 'lsho', 'rsho'],
  ['Elbow', 'lelb', 'relb'],
  ['Wrist', 'lwri', 'rwri'],
  ['Hip', 'lhip', 'rhip'],
  ['Knee', 'lkne', 'rkne'],
  ['Ankle', 'lank', 'rank'],
];

/** MPII's short names of its 16 joints in the order of the data set, which is where mmpose expects them, whatever the file's names say. */
export const MPII_JOINT_NAMES: readonly string[] = [
  'rank',
  'rkne',
  'rhip',
  'lhip',
  'lkne',
  'lank',
  'pelv',
  'thor',
  'neck',
  'head',
  'rwri',
  'relb',
  'rsho',
  'lsho',
  'lelb',
  'lwri',
];

/** Pelvis and thorax, by place, are left out of the mean. */
export const LEFT_OUT: readonly number[] = [6, 7];

/** The names of the joints that the columns are made of. */
export const PART_JOINTS: readonly string[] = /* @__PURE__ */ PARTS.flatMap(
  ([, ...joints]) => joints,
);

/** Mean over the joints but pelvis and thorax, each weighted by how often it is annotated. */
export function weightedMean(
  perJoint: readonly (number | null)[],
  annotated: readonly number[],
  rules: PckhRules,
): number | null {
  const counts = annotated.map((count, k) => (LEFT_OUT.includes(k) ? 0 : count));
  const total = counts.reduce((a, b) => a + b, 0);
  if (total === 0) return null;
  let missing = false;
  const terms = perJoint.map((share, k) => {
    if (LEFT_OUT.includes(k)) return 0;
    // HRNet divides nothing by nothing here, and the mean is not a number; mmpose's -100 weighs nothing unless it is annotated.
    if (share === null && rules === 'hrnet') missing = true;
    return (share ?? NOTHING) * (counts[k]! / total);
  });
  return missing ? null : pairwiseSum(terms, 0, terms.length);
}

/** mmpose's -1 for no data, in percent. */
const NOTHING = -100;

/** The reference's columns, in its order and under its names, and why a number is missing or not what it seems. */
export function partColumns(
  perJoint: readonly (number | null)[],
  jointNames: readonly string[],
  rules: PckhRules,
): { stats: Record<string, number | null>; reasons: Record<string, string> } {
  const names = rules === 'mmpose' ? MPII_JOINT_NAMES : jointNames;
  const stats: Record<string, number | null> = {};
  const reasons: Record<string, string> = {};
  for (const [part, ...joints] of PARTS) {
    const column = rules === 'mmpose' ? `${part} PCK` : part;
    const places = joints.map((name) => names.indexOf(name));
    const masked = joints.filter((_, i) => rules === 'hrnet' && LEFT_OUT.includes(places[i]!));
    const shares = places.map((place) => perJoint[place] ?? null);
    const missing = joints.filter((_, i) => shares[i] === null);
    const known = shares.map((share) => share ?? NOTHING);
    const value = known.length === 1 ? known[0]! : 0.5 * (known[0]! + known[1]!);
    stats[column] = rules === 'hrnet' && missing.length + masked.length > 0 ? null : value;
    if (missing.length > 0) reasons[column] = nobodyFor(missing, rules);
    else if (masked.length > 0)
      reasons[column] = `${masked.join(' and ')} stands where HRNet leaves out pelvis and thorax`;
  }
  return { stats, reasons };
}

/** The reason that goes with a missing number. */
export function nobodyFor(joints: readonly string[], rules: PckhRules): string {
  const said = `nobody counts for ${joints.join(', ')}`;
  return rules === 'hrnet' ? said : `${said}, which mmpose takes as -100 %`;
}
