import type { PoseSample } from '../types.js';
import type { Place, Places } from './places.js';

/** A pair shorter than this share of the person's size says nothing about sides. */
const LEAST_SPAN = 0.08;

/** Two pairs contradict each other when the cosine of the angle between them is below this. */
const OPPOSED = -0.7;

/** Pairs of keypoints that cannot be twisted against each other by half a turn. */
const RIGID = [
  ['shoulder', 'hip'],
  ['eye', 'ear'],
] as const;

/** Why left and right of a person seem exchanged, or undefined. */
export function suspectSides(sample: PoseSample, places: Places): string | undefined {
  for (const [upper, lower] of RIGID) {
    const [first, second] = [places.across(upper), places.across(lower)];
    if (!first || !second || !isLong(first, sample) || !isLong(second, sample)) continue;
    if (cosine(first, second) < OPPOSED) {
      return `the ${upper}s and the ${lower}s disagree about which side is left`;
    }
  }
  return faceIsMirrored(sample, places)
    ? 'both eyes are seen, but the left one is where the right one should be'
    : undefined;
}

/** Who shows both eyes faces the camera, so going from the right eye to the left one keeps the nose on the right hand. */
function faceIsMirrored(sample: PoseSample, places: Places): boolean {
  const [across, nose, right] = [places.across('eye'), places.at('nose'), places.at('right_eye')];
  if (!across || !nose || !right) return false;
  const down: Place = [nose[0] - right[0] - across[0] / 2, nose[1] - right[1] - across[1] / 2];
  const [width, height] = [length(across), length(down)];
  const size = personSize(sample);
  if (width < LEAST_SPAN * size || height < LEAST_SPAN * size * 0.5) return false;
  return (across[0] * down[1] - across[1] * down[0]) / (width * height) < OPPOSED;
}

/** People on whom the direction of a data set's shoulders and hips can be judged. */
const ENOUGH_PEOPLE = 60;

/** Most people in photographs face the camera, their left on the picture's right; a share below this is no accident. */
const LEAST_FACING = 0.38;

/** Counts who has the left side on the picture's right, to find a file that names all sides the wrong way round. */
export interface FacingCount {
  add(sample: PoseSample, places: Places): void;
  /** Why all sides seem exchanged, or undefined. */
  suspicion(): string | undefined;
}

export function countFacing(): FacingCount {
  let [facing, counted] = [0, 0];
  return {
    add(sample, places) {
      const across = places.across('shoulder') ?? places.across('hip');
      if (!across || !isLong(across, sample)) return;
      counted++;
      if (across[0] > 0) facing++;
    },
    suspicion() {
      if (counted < ENOUGH_PEOPLE || facing / counted >= LEAST_FACING) return undefined;
      const share = Math.round((100 * facing) / counted);
      return `only ${share} % of ${counted} people have their left side on the right of the picture; left and right seem exchanged in the whole file`;
    },
  };
}

export function personSize({ box }: PoseSample): number {
  return Math.sqrt(box.width * box.height);
}

function isLong(span: Place, sample: PoseSample): boolean {
  return length(span) >= LEAST_SPAN * personSize(sample);
}

function length([x, y]: Place): number {
  return Math.hypot(x, y);
}

function cosine(a: Place, b: Place): number {
  return (a[0] * b[0] + a[1] * b[1]) / (length(a) * length(b));
}
