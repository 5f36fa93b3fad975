/** The limbs of which both ends are visible, as SVG lines. */
export function limbLines(
  limbs: readonly (readonly [number, number])[],
  visible: (k: number) => boolean,
  at: (k: number) => readonly [string, string],
): string {
  return limbs
    .filter(([a, b]) => visible(a) && visible(b))
    .map(([a, b]) => {
      const [[x1, y1], [x2, y2]] = [at(a), at(b)];
      return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`;
    })
    .join('');
}
