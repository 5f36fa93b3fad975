/** The first of some items for a sentence: `a, b, c and 4 more`. */
export function firstOf(items: readonly string[], count = 3): string {
  const rest = items.length - count;
  return items.slice(0, count).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
