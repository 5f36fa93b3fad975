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
  return order.slice().sort((a, b) => scores[b]! - scores[a]!);
}
