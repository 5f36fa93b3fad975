import type { Size } from '@pose-distill/heatmap-decode';
import type { Value } from '@pose-distill/network';

/** A network that has a name: how it is built, and what is known of it. */
export interface NetworkEntry {
  readonly name: string;
  /** The input's height and width must be multiples of these. */
  readonly multiple: Size;
  /** The input that its source uses. */
  readonly inputSize: Size;
  /** Papers or projects it is built from. */
  readonly source: string;
  /** What each output is, by name. */
  readonly outputs: Readonly<Record<string, string>>;
  /** The outputs for an image whose size has the multiples. */
  readonly build: (image: Value, keypoints: number) => Readonly<Record<string, Value>>;
}

/** The same multiple both ways. */
export const square = (length: number): Size => ({ width: length, height: length });

/** A part of the table: a way to write names, and what they mean. */
export interface NamePattern<Meaning> {
  /** How the name is written, for messages: `peleenet`, `shufflenetv2[xWIDTH]`. */
  readonly usage: string;
  readonly pattern: RegExp;
  /** Names that lists show. */
  readonly names: readonly string[];
  /** What a name that fits the pattern means. */
  readonly meaning: (match: RegExpExecArray) => Meaning;
}

/** The meaning of a name, or undefined when no pattern fits it. */
export function meaningOf<Meaning>(
  patterns: readonly NamePattern<Meaning>[],
  name: string,
): Meaning | undefined {
  for (const { pattern, meaning } of patterns) {
    const match = pattern.exec(name);
    if (match) return meaning(match);
  }
  return undefined;
}
