/** Stable order of `order` by keys 0..count-1. */
export function orderByKey(order: Int32Array, keys: Int32Array, count: number): Int32Array {
  const next = new Int32Array(count + 1);
  for (let i = 0; i < order.length; i++) next[keys[order[i]!]! + 1]!++;
  for (let key = 0; key < count; key++) next[key + 1]! += next[key]!;
  const sorted = new Int32Array(order.length);
  for (let i = 0; i < order.length; i++) sorted[next[keys[order[i]!]!]!++] = order[i]!;
  return sorted;
}

const DIGIT = 11;
const BUCKETS = 1 << DIGIT;

/** Stable order of `order` by falling score (-0 is 0): a radix sort over the bits of the scores. */
export function orderByFallingScore(order: Int32Array, scores: Float64Array): Int32Array {
  const count = order.length;
  // Bits of a double sort like an integer once negative ones are inverted and positive ones get the sign bit; all inverted to fall.
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = scores[order[i]!]! + 0;
  const words = new Uint32Array(values.buffer);
  const [low, high] = [new Uint32Array(count), new Uint32Array(count)];
  const little = new Uint8Array(new Uint16Array([1]).buffer)[0]!;
  for (let i = 0; i < count; i++) {
    const lower = words[2 * i + 1 - little]!;
    const upper = words[2 * i + little]!;
    const negative = upper >>> 31 === 1;
    low[i] = negative ? lower : ~lower;
    high[i] = negative ? upper : ~upper ^ 0x80000000;
  }
  let places = new Int32Array(count);
  for (let i = 0; i < count; i++) places[i] = i;
  let spare = new Int32Array(count);
  const next = new Int32Array(BUCKETS);
  for (const word of [low, high]) {
    for (let shift = 0; shift < 32; shift += DIGIT) {
      if (!countDigits(word, shift, next)) continue;
      scatter(word, shift, next, places, spare);
      const sorted = spare;
      spare = places;
      places = sorted;
    }
  }
  for (let i = 0; i < count; i++) places[i] = order[places[i]!]!;
  return places;
}

/** Where the numbers of each digit begin; false when all have the same. */
function countDigits(word: Uint32Array, shift: number, next: Int32Array): boolean {
  const count = word.length;
  next.fill(0);
  for (let i = 0; i < count; i++) next[(word[i]! >>> shift) & (BUCKETS - 1)]!++;
  let sum = 0;
  for (let digit = 0; digit < BUCKETS; digit++) {
    const size = next[digit]!;
    if (size === count) return false;
    next[digit] = sum;
    sum += size;
  }
  return true;
}

function scatter(
  word: Uint32Array,
  shift: number,
  next: Int32Array,
  places: Int32Array,
  out: Int32Array,
): void {
  for (let i = 0; i < places.length; i++) {
    const place = places[i]!;
    out[next[(word[place]! >>> shift) & (BUCKETS - 1)]!++] = place;
  }
}
