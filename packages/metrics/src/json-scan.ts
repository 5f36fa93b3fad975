/** Reads the plain forms of JSON straight from bytes. Whatever it does not know it leaves to JSON.parse, by saying no. */
export interface JsonScan {
  /** The number last read. */
  value: number;
  /** Starts at a record's `{`; whether it has a first member. */
  open(bytes: Uint8Array, start: number, end: number): boolean;
  /** Reads a name, a plain one of at most 32 bytes, and the colon; one of `names`, or -1 for another. */
  name(): number;
  /** Reads a number into `value`. */
  number(): boolean;
  /** Reads a list of numbers into `out`; how many there are, or -1 when it is something else or longer than `out`. */
  numbers(out: Float64Array): number;
  /** Passes over any value. */
  skip(): boolean;
  /** Behind a value: true when another member follows. */
  more(): boolean;
  /** Whether the record was read to its end. */
  done(): boolean;
}

const [QUOTE, COMMA, COLON, MINUS, POINT, ZERO] = [0x22, 0x2c, 0x3a, 0x2d, 0x2e, 0x30];
const [OPEN_LIST, CLOSE_LIST, OPEN, CLOSE, BACKSLASH] = [0x5b, 0x5d, 0x7b, 0x7d, 0x5c];

/** Powers of ten that a double holds exactly. */
const POWERS: Float64Array = /* @__PURE__ */ Float64Array.from({ length: 23 }, (_, i) =>
  Number(`1e${i}`),
);

export function createJsonScan(names: readonly string[]): JsonScan {
  const codes = names.map((name) => new TextEncoder().encode(name));
  let bytes: Uint8Array = new Uint8Array(0);
  let at = 0;
  let end = 0;
  /** Whether everything so far was understood. */
  let fine = true;

  const space = (): number => {
    let byte = bytes[at]!;
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++at]!;
    return at < end ? byte : 0;
  };
  const no = (): false => {
    fine = false;
    return false;
  };

  const scan: JsonScan = {
    value: 0,
    open(given, start, stop) {
      bytes = given;
      at = start;
      end = stop;
      fine = bytes[at] === OPEN;
      at++;
      if (space() !== CLOSE) return fine;
      at++;
      return false;
    },
    name() {
      if (space() !== QUOTE) return no() ? 0 : -1;
      const from = ++at;
      while (at < end && bytes[at] !== QUOTE && bytes[at] !== BACKSLASH && at - from < 33) at++;
      if (bytes[at] !== QUOTE) return no() ? 0 : -1;
      const length = at++ - from;
      if (space() !== COLON) return no() ? 0 : -1;
      at++;
      for (let n = 0; n < codes.length; n++) {
        const code = codes[n]!;
        if (code.length !== length) continue;
        let i = 0;
        while (i < length && bytes[from + i] === code[i]) i++;
        if (i === length) return n;
      }
      return -1;
    },
    number,
    numbers(out) {
      if (space() !== OPEN_LIST) return no() ? 0 : -1;
      at++;
      if (space() === CLOSE_LIST) {
        at++;
        return 0;
      }
      for (let count = 0; count < out.length; ) {
        if (!number()) return -1;
        out[count++] = scan.value;
        const byte = bytes[at] === COMMA ? COMMA : space();
        at++;
        if (byte === CLOSE_LIST) return count;
        if (byte !== COMMA) break;
      }
      return no() ? 0 : -1;
    },
    skip() {
      const byte = space();
      if (byte === OPEN_LIST || byte === OPEN) return skipNested();
      if (byte === QUOTE) return skipString();
      if (byte === MINUS || (byte >= ZERO && byte <= 0x39)) return number();
      for (const word of WORDS) {
        if (word[0] !== byte) continue;
        for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word[i]) return no();
        at += word.length;
        return true;
      }
      return no();
    },
    more() {
      if (!fine) return false;
      const byte = space();
      at++;
      if (byte === COMMA) return true;
      return byte === CLOSE ? false : no();
    },
    done: () => fine && at === end,
  };
  return scan;

  function skipString(): boolean {
    at++;
    while (at < end && bytes[at] !== QUOTE) {
      // Escapes and control characters are for JSON.parse to judge.
      if (bytes[at] === BACKSLASH || bytes[at]! < 0x20) return no();
      at++;
    }
    at++;
    return true;
  }

  /** A list of numbers and of such lists, as a person's outline; other nesting is left to JSON.parse. */
  function skipNested(): boolean {
    let depth = 0;
    do {
      let byte = space();
      if (byte === OPEN_LIST) {
        depth++;
        at++;
        if (space() !== CLOSE_LIST) continue;
      } else if (!number()) return no();
      for (;;) {
        byte = space();
        at++;
        if (byte === COMMA) break;
        if (byte !== CLOSE_LIST) return no();
        if (--depth === 0) return true;
      }
    } while (depth > 0);
    return no();
  }

  function number(): boolean {
    const start = at;
    let byte = bytes[at]!;
    if (byte === 0x20 || byte < 0x20) byte = space();
    const from = at;
    const negative = byte === MINUS;
    if (negative) byte = bytes[++at]!;
    let high = 0;
    let low = 0;
    let lowDigits = 0;
    let digits = 0;
    let scale = 0;
    if (byte === ZERO) {
      byte = bytes[++at]!;
      if (byte >= ZERO && byte <= 0x39) return no();
    } else if (!(byte > ZERO && byte <= 0x39)) return no();
    while (byte >= ZERO && byte <= 0x39) {
      if (digits < 15) high = high * 10 + (byte - ZERO);
      else if (lowDigits < 5) {
        low = low * 10 + (byte - ZERO);
        lowDigits++;
      }
      digits++;
      byte = bytes[++at]!;
    }
    if (byte === POINT) {
      byte = bytes[++at]!;
      if (!(byte >= ZERO && byte <= 0x39)) return no();
      while (byte >= ZERO && byte <= 0x39) {
        if (digits < 15) high = high * 10 + (byte - ZERO);
        else if (lowDigits < 5) {
          low = low * 10 + (byte - ZERO);
          lowDigits++;
        }
        if (digits > 0 || byte !== ZERO) digits++;
        scale++;
        byte = bytes[++at]!;
      }
    }
    const plain = byte !== 0x65 && byte !== 0x45;
    if (at > end || at === start) return no();
    let result = Number.NaN;
    if (plain && digits <= 15 && scale <= 22) result = high / POWERS[scale]!;
    else if (plain && digits <= 19 && scale <= 22) result = divided(high, low, lowDigits, scale);
    if (Number.isNaN(result)) return longNumber(from);
    scan.value = negative ? -result : result;
    return true;
  }

  /** Exponents and more digits than two doubles hold. */
  function longNumber(from: number): boolean {
    let text = '';
    for (at = from; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === COMMA || byte === CLOSE_LIST || byte === CLOSE || byte <= 0x20) break;
      text += String.fromCharCode(byte);
    }
    if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return no();
    scan.value = Number(text);
    return true;
  }
}

const WORDS: readonly (readonly number[])[] = [
  [0x6e, 0x75, 0x6c, 0x6c],
  [0x74, 0x72, 0x75, 0x65],
  [0x66, 0x61, 0x6c, 0x73, 0x65],
];

/** The halves of a double, 26 bits each, whose products are exact (Dekker). */
const SPLITTER = 2 ** 27 + 1;

/**
 * (high * 10^lowDigits + low) / 10^scale, rounded once: the quotient of the leading double and what is left over it, in twice the
 * precision. NaN where that is too near the middle of two doubles to tell.
 */
export function divided(high: number, low: number, lowDigits: number, scale: number): number {
  const shift = POWERS[lowDigits]!;
  const product = high * shift;
  const sum = product + low;
  // What the sum lost, exactly: of the addition and of the multiplication.
  const virtual = sum - product;
  const lost = product - (sum - virtual) + (low - virtual) + productError(high, shift, product);
  const power = POWERS[scale]!;
  const quotient = sum / power;
  const back = quotient * power;
  const correction = (sum - back - productError(quotient, power, back) + lost) / power;
  const result = quotient + correction * (1 - 1e-9);
  return result === quotient + correction * (1 + 1e-9) ? result : Number.NaN;
}

/** a * b - product, exactly. */
function productError(a: number, b: number, product: number): number {
  const aBig = SPLITTER * a;
  const aHigh = aBig - (aBig - a);
  const aLow = a - aHigh;
  const bBig = SPLITTER * b;
  const bHigh = bBig - (bBig - b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}
