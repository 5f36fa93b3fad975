const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** What is known about a JSON value whose bytes arrive in pieces. */
export interface ValueScan {
  /** Open brackets; 0 for a string, number or word that stands alone. */
  depth: number;
  inString: boolean;
  /** A number, true, false or null. */
  word: boolean;
}

/** Begins a value whose first byte is `byte`; `undefined` if no value starts so. The scan goes on behind that byte. */
export function beginValue(byte: number): ValueScan | undefined {
  if (byte === 0x7b || byte === 0x5b) return { depth: 1, inString: false, word: false };
  if (byte === QUOTE) return { depth: 0, inString: true, word: false };
  const word = byte === 0x2d || (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7a);
  return word ? { depth: 0, inString: false, word } : undefined;
}

/**
 * Goes on through a value and returns the place behind its last byte, or -1 - place when the bytes end first (the place may be
 * one past `end`, behind an escape). Brackets are counted, not paired: JSON.parse of the value's text judges them.
 */
export function scanValue(bytes: Uint8Array, from: number, end: number, scan: ValueScan): number {
  let i = from;
  if (scan.word) {
    while (i < end && isWordByte(bytes[i]!)) i++;
    return i < end ? i : -1 - i;
  }
  let depth = scan.depth;
  let inString = scan.inString;
  while (i < end) {
    if (inString) {
      while (i < end && bytes[i] !== QUOTE && bytes[i] !== BACKSLASH) i++;
      if (i >= end) break;
      if (bytes[i] === BACKSLASH) {
        i += 2;
        continue;
      }
      i++;
      inString = false;
      if (depth === 0) return i;
    }
    // Digits, points, commas and spaces lie below the brackets: one comparison each.
    while (i < end) {
      const byte = bytes[i++]!;
      if (byte < 0x5b) {
        if (byte === QUOTE) {
          inString = true;
          break;
        }
      } else if (byte === 0x5b || byte === 0x7b) {
        depth++;
      } else if (byte === 0x5d || byte === 0x7d) {
        if (--depth === 0) return i;
      }
    }
  }
  scan.depth = depth;
  scan.inString = inString;
  return -1 - i;
}

function isWordByte(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    (byte >= 0x41 && byte <= 0x5a) ||
    byte === 0x2e ||
    byte === 0x2d ||
    byte === 0x2b
  );
}
