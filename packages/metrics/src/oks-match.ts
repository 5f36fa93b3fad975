import type { AreaRange } from './oks-options.js';
import { CROWD, IGNORED, type OksRows, UNFINDABLE } from './oks-rows.js';

/** A match needs an OKS of at least the threshold, or of this for thresholds above it. */
export const NEARLY_ONE: number = 1 - 1e-10;

/** Thresholds in one word of bits. */
export const WORD = 32;

/** People and results of one image and category: stretches of two lists of rows. */
export interface OksGroup {
  readonly image: number;
  readonly truthFrom: number;
  readonly truthTo: number;
  readonly resultFrom: number;
  readonly resultTo: number;
}

/** Told of each match: the places in the group of the result and of the person, and a bit for each threshold of a word. */
export type MatchListener = (result: number, truth: number, bits: number) => void;

/** How results fared at the thresholds of one word, a bit for each; by their places in the group. */
export interface MatchedBits {
  /** Found somebody. */
  readonly hits: Uint32Array;
  /** Found somebody who is not counted. */
  readonly ignored: Uint32Array;
}

/** Gives the results of one group to its people. */
export interface OksMatcher {
  readonly bits: MatchedBits;
  /** Of the group and range last matched: 1 where a person is not counted. */
  readonly truthIgnored: Uint8Array;
  /** Prepares a group: similarities sorted for each result. */
  open(group: OksGroup): void;
  /** Matches the open group for a range of areas and returns how many people are counted. */
  match(range: AreaRange, word: number, listener?: MatchListener): number;
}

/**
 * COCO's rule: results choose by falling score; each takes, at each threshold, the person with the largest similarity of those still free,
 * the later of equals, a counted person before any other; a crowd is always free. So a result's people can be ordered once, and
 * all thresholds are served together: each person gets those that are still open, reached by the similarity and free.
 *
 * `truths` and `results` are lists of rows; a group's results are by falling score.
 */
export function createOksMatcher(
  rows: OksRows,
  truths: Int32Array,
  results: Int32Array,
  thresholds: readonly number[],
): OksMatcher {
  const { candidateEnd } = rows.results;
  const { truth: candidateTruth, oks: candidateOks } = rows.candidates;
  const { flags, areas } = rows.truths;
  const least = thresholds.map((threshold) => Math.min(threshold, NEARLY_ONE));
  /** Where in its group a row of people stands. */
  const placeOf = new Int32Array(rows.truths.count);
  let group: OksGroup;
  let truthCount = 0;
  let resultCount = 0;
  /** Candidates of the group's results, best first. */
  const ends = new Int32Array(results.length);
  const places = new Int32Array(candidateTruth.length);
  const similarities = new Float64Array(candidateOks.length);
  const taken = new Uint32Array(truths.length);

  const matcher: OksMatcher = {
    bits: { hits: new Uint32Array(results.length), ignored: new Uint32Array(results.length) },
    truthIgnored: new Uint8Array(truths.length),
    open,
    match,
  };
  return matcher;

  function open(next: OksGroup): void {
    group = next;
    truthCount = group.truthTo - group.truthFrom;
    resultCount = group.resultTo - group.resultFrom;
    for (let g = 0; g < truthCount; g++) placeOf[truths[group.truthFrom + g]!] = g;
    let end = 0;
    for (let d = 0; d < resultCount; d++) {
      const row = results[group.resultFrom + d]!;
      const from = row === 0 ? 0 : candidateEnd[row - 1]!;
      const to = candidateEnd[row]!;
      const first = end;
      for (let c = from; c < to; c++) {
        const place = placeOf[candidateTruth[c]!]!;
        const oks = candidateOks[c]!;
        let i = end++;
        while (i > first && isAfter(i - 1, place, oks)) {
          places[i] = places[i - 1]!;
          similarities[i] = similarities[i - 1]!;
          i--;
        }
        places[i] = place;
        similarities[i] = oks;
      }
      ends[d] = end;
    }
  }

  function isAfter(i: number, place: number, oks: number): boolean {
    const other = similarities[i]!;
    return other < oks || (other === oks && places[i]! < place);
  }

  function match({ min, max }: AreaRange, word: number, listener?: MatchListener): number {
    const { bits, truthIgnored } = matcher;
    const { hits, ignored } = bits;
    let counted = 0;
    for (let g = 0; g < truthCount; g++) {
      const row = truths[group.truthFrom + g]!;
      const out = (flags[row]! & IGNORED) !== 0 || areas[row]! < min || areas[row]! > max;
      truthIgnored[g] = out ? 1 : 0;
      if (!out) counted++;
      taken[g] = 0;
    }
    const first = word * WORD;
    const count = Math.min(WORD, least.length - first);
    const all = count === WORD ? -1 : (1 << count) - 1;
    for (let d = 0; d < resultCount; d++) {
      const from = d === 0 ? 0 : ends[d - 1]!;
      const to = ends[d]!;
      let open = all;
      let hit = 0;
      let lost = 0;
      for (let pass = 0; pass < 2 && open !== 0; pass++) {
        for (let i = from; i < to && open !== 0; i++) {
          const g = places[i]!;
          if (truthIgnored[g] !== pass) continue;
          const flag = flags[truths[group.truthFrom + g]!]!;
          let won = open & reached(similarities[i]!, first, count);
          if (!(flag & CROWD)) won &= ~taken[g]!;
          if (won === 0) continue;
          open &= ~won;
          taken[g]! |= won;
          if (pass === 1) lost |= won;
          if (!(flag & UNFINDABLE)) hit |= won;
          if (listener) listener(d, g, won);
        }
      }
      hits[d] = hit;
      ignored[d] = lost;
    }
    return counted;
  }

  /** A bit for each threshold of the word that a similarity reaches. */
  function reached(oks: number, first: number, count: number): number {
    let bits = 0;
    for (let t = 0; t < count; t++) if (oks >= least[first + t]!) bits |= 1 << t;
    return bits;
  }
}
