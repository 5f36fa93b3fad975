import type { PoseSample } from '../types.js';
import { personSize } from './sides.js';

/** Mean distance of two people's keypoints, as a share of their size, below which they are one person labelled twice. */
const NEAR = 0.02;

/** Keypoints that both must have. */
const LEAST_COMMON = 4;

/** Pairs of people in one picture that are the same person: [later, earlier]. */
export function findDuplicates(
  samples: readonly PoseSample[],
): (readonly [PoseSample, PoseSample])[] {
  const byImage = new Map<number, PoseSample[]>();
  const found: (readonly [PoseSample, PoseSample])[] = [];
  for (const sample of samples) {
    const others = byImage.get(sample.imageId);
    const twin = others?.find((other) => isSamePerson(sample, other));
    if (twin) found.push([sample, twin]);
    if (others) others.push(sample);
    else byImage.set(sample.imageId, [sample]);
  }
  return found;
}

function isSamePerson(a: PoseSample, b: PoseSample): boolean {
  let [sum, common] = [0, 0];
  for (let k = 0; k < a.visibility.length; k++) {
    if (a.visibility[k] === 0 || b.visibility[k] === 0) continue;
    const [dx, dy] = [
      a.keypoints[2 * k]! - b.keypoints[2 * k]!,
      a.keypoints[2 * k + 1]! - b.keypoints[2 * k + 1]!,
    ];
    sum += Math.hypot(dx, dy);
    common++;
  }
  return common >= LEAST_COMMON && sum / common < NEAR * Math.min(personSize(a), personSize(b));
}
