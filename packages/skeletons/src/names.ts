const SIDES: Readonly<Record<string, 'left' | 'right'>> = {
  left: 'left',
  l: 'left',
  right: 'right',
  r: 'right',
};

const MIRRORED = { left: 'right', right: 'left' } as const;

/**
 * A keypoint name in one spelling: lower case words joined by `_`, the side first.
 * 'Right Shoulder', 'right-shoulder', 'rightShoulder', 'r_shoulder' and 'shoulder_r' all give 'right_shoulder'.
 */
export function canonicalKeypointName(name: string): string {
  const words = name
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1_$2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1_$2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  if (words.length < 2) return words.join('_');
  const first = SIDES[words[0]!];
  const last = SIDES[words.at(-1)!];
  if (first) return [first, ...words.slice(1)].join('_');
  if (last) return [last, ...words.slice(0, -1)].join('_');
  return words.join('_');
}

/** The canonical name on the other side of the body; undefined for a name without a side. */
export function mirroredName(canonical: string): string | undefined {
  const [side, ...part] = canonical.split('_');
  if ((side !== 'left' && side !== 'right') || part.length === 0) return undefined;
  return [MIRRORED[side], ...part].join('_');
}

/** Like `canonicalKeypointName`, with the data sets' different words for one place made equal. */
export function anatomicalName(name: string): string {
  const canonical = canonicalKeypointName(name);
  return ['head', 'top_head', 'top_of_head'].includes(canonical) ? 'head_top' : canonical;
}
