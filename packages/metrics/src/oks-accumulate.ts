import { EPSILON } from './epsilon.js';
import type { OksGroups } from './oks-groups.js';
import { WORD } from './oks-match.js';
import type { OksSettings } from './oks-options.js';
import type { OksOutcomes } from './oks-outcomes.js';
import type { ResultRows } from './oks-rows.js';

/** A row-major table of float64. */
export interface Table {
  readonly data: Float64Array;
  readonly shape: readonly number[];
}

/** Axes: T OKS thresholds, R recall thresholds, K categories, A area ranges, M detection limits. -1 where nobody is counted. */
export interface OksTables {
  /** [T,R,K,A,M] */
  readonly precision: Table;
  /** [T,R,K,A,M]: score of the result at which the recall is reached. */
  readonly scores: Table;
  /** [T,K,A,M] */
  readonly recall: Table;
}

/** Tables of the groups for which `takes` is true. */
export function accumulateOks(
  { results, groups, ranks, ranking }: OksGroups,
  outcomes: OksOutcomes,
  { scores: resultScores, image: resultImages }: ResultRows,
  settings: OksSettings,
  takes?: (image: number) => boolean,
): OksTables {
  const { iouThresholds, recallThresholds, areaRanges, maxDetections } = settings;
  const [T, R] = [iouThresholds.length, recallThresholds.length];
  const [K, A, M] = [groups.length, areaRanges.length, maxDetections.length];
  const table = (...shape: number[]): Table => ({
    data: new Float64Array(shape.reduce((size, n) => size * n, 1)).fill(-1),
    shape,
  });
  const tables = {
    precision: table(T, R, K, A, M),
    scores: table(T, R, K, A, M),
    recall: table(T, K, A, M),
  };
  const curve = createCurve(results.length);

  let firstGroup = 0;
  groups.forEach((row, k) => {
    const counted = areaRanges.map((_, a) => {
      let sum = 0;
      row.forEach(({ image }, i) => {
        if (!takes || takes(image)) sum += outcomes.counted[a]![firstGroup + i]!;
      });
      return sum;
    });
    firstGroup += row.length;
    const placesFrom = row[0]?.resultFrom ?? 0;
    const placesTo = row.at(-1)?.resultTo ?? 0;
    const ranked = ranking.subarray(placesFrom, placesTo);
    maxDetections.forEach((limit, m) => {
      const order = ranked.filter(
        (place) => ranks[place]! < limit && (!takes || takes(resultImages[results[place]!]!)),
      );
      for (let a = 0; a < A; a++) {
        if (counted[a] === 0) continue;
        for (let t = 0; t < T; t++) {
          const [word, bit] = [Math.floor(t / WORD), t % WORD];
          if (bit === 0) {
            curve.load(outcomes.found[a]![word]!, outcomes.wrong[a]![word]!, order);
          }
          const found = curve.trace(bit);
          tables.recall.data[((t * K + k) * A + a) * M + m] = found / counted[a]!;
          let reachable = order.length > 0;
          for (let r = 0; r < R; r++) {
            const needed = leastFound(recallThresholds[r]!, counted[a]!);
            reachable &&= needed <= found;
            const cell = (((t * R + r) * K + k) * A + a) * M + m;
            tables.precision.data[cell] = reachable ? curve.precisionFrom(needed) : 0;
            tables.scores.data[cell] = reachable
              ? resultScores[results[order[curve.placeOf(needed)]!]!]!
              : 0;
          }
        }
      }
    });
  });
  return tables;
}

/** How many of `counted` must be found for a recall: the least n with n / counted >= recall, in floating point. */
function leastFound(recall: number, counted: number): number {
  if (recall > 1) return Infinity;
  let n = Math.max(0, Math.floor(recall * counted) - 1);
  while (n / counted < recall) n++;
  return n;
}

interface Curve {
  /** Takes the outcomes of a word of thresholds in the order of the ranking. */
  load(found: Uint32Array, wrong: Uint32Array, order: Int32Array): void;
  /** Goes through the ranking for one threshold; returns how many are found. */
  trace(bit: number): number;
  /** The best precision from the place at which `n` are found on. */
  precisionFrom(n: number): number;
  /** The place in the ranking at which `n` are found. */
  placeOf(n: number): number;
}

/** Precision along a ranking, kept only where somebody is found: it falls everywhere else. */
function createCurve(capacity: number): Curve {
  const found = new Uint32Array(capacity);
  const wrong = new Uint32Array(capacity);
  const places = new Int32Array(capacity + 1);
  const precision = new Float64Array(capacity + 1);
  let count = 0;
  return {
    load(foundBits, wrongBits, order) {
      count = order.length;
      for (let i = 0; i < count; i++) {
        found[i] = foundBits[order[i]!]!;
        wrong[i] = wrongBits[order[i]!]!;
      }
    },
    trace(bit) {
      let right = 0;
      let false_ = 0;
      for (let i = 0; i < count; i++) {
        if ((found[i]! >>> bit) & 1) {
          right++;
          places[right] = i;
          precision[right] = right / (false_ + right + EPSILON);
        } else false_ += (wrong[i]! >>> bit) & 1;
      }
      precision[0] = 0;
      places[0] = 0;
      for (let n = right; n > 0; n--) {
        if (precision[n]! > precision[n - 1]!) precision[n - 1] = precision[n]!;
      }
      return right;
    },
    precisionFrom: (n) => precision[n]!,
    placeOf: (n) => places[n]!,
  };
}
