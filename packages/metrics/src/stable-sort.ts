/** Stable order of `order` by keys 0..count-1. */
export function orderByKey(order: Int32Array, keys: Int32Array, count: number): Int32Array {
  const next = new Int32Array(count + 1);
  for (let i = 0; i < order.length; i++) next[keys[order[i]!]! + 1]!++;
  for (let key = 0; key < count; key++) next[key + 1]! += next[key]!;
  const sorted = new Int32Array(order.length);
  for (let i = 0; i < order.length; i++) sorted[next[keys[order[i]!]!]!++] = order[i]!;
  return sorted;
}

/** Stable order of `order` by falling score (-0 is 0). */
export function orderByFallingScore(order: Int32Array, scores: Float64Array): Int32Array {
  const keys = Float64Array.from(order, (row) => 0 - scores[row]!);
  const sorted = keys.slice().sort();
  /** At the first place of a key: how many of its rows have their place. */
  const placed = new Int32Array(order.length);
  const out = new Int32Array(order.length);
  for (let i = 0; i < order.length; i++) {
    const key = keys[i]!;
    let first = 0;
    let end = order.length;
    while (first < end) {
      const middle = (first + end) >>> 1;
      if (sorted[middle]! < key) first = middle + 1;
      else end = middle;
    }
    out[first + placed[first]!++] = order[i]!;
  }
  return out;
}
